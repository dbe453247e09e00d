SELECT state, result, error FROM finished WHERE id = ?1
