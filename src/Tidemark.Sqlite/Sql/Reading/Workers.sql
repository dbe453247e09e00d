SELECT id, name, host, pid, started_at, lease_ms, job_names, queues, retired, dead FROM worker ORDER BY id
