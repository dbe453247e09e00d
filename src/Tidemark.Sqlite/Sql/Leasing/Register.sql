INSERT INTO worker (name, host, pid, started_at, lease_ms, job_names, queues) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
