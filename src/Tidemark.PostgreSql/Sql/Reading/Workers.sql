SELECT id, name, host, pid, started_at, lease_ms, job_names, queues, retired, dead, tidemark.now_ms() - beat_at, draining, running FROM tidemark.worker ORDER BY id
