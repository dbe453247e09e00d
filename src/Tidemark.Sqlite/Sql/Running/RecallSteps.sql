SELECT name, result, expires FROM step WHERE job = ?1 ORDER BY id
