DELETE FROM job_log WHERE job = ?1
