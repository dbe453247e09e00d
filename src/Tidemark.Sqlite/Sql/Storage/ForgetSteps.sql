DELETE FROM step WHERE job = ?1
