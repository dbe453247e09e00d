SELECT at, level, text FROM job_log WHERE job = ?1 ORDER BY id
