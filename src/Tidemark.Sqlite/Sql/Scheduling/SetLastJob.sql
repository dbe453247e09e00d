UPDATE schedule SET last_job = ?2 WHERE name = ?1
