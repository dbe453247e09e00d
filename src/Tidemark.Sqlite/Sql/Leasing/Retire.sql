UPDATE worker SET retired = 1 WHERE id = ?1
