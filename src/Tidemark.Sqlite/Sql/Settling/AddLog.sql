INSERT INTO job_log (job, at, level, text) VALUES (?1, ?2, ?3, ?4)
