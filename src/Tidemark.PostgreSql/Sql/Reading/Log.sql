SELECT at, level, text FROM tidemark.job_log WHERE job = $1 ORDER BY id
