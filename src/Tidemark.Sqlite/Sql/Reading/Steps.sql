SELECT name FROM step WHERE job = ?1 ORDER BY id
