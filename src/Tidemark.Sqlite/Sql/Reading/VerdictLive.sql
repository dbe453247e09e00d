SELECT state, result, error FROM job WHERE id = ?1
