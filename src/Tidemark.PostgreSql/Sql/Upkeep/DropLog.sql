DELETE FROM tidemark.job_log WHERE job = ANY($1::bigint[])
