DELETE FROM tidemark.job_log WHERE job = $1 AND id <= (SELECT id FROM tidemark.job_log WHERE job = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)
