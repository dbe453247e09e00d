INSERT INTO tidemark.worker (name, host, pid, started_at, lease_ms, job_names, queues, beat_at)
VALUES ($1, $2, $3, tidemark.now_ms(), $4, $5, $6, tidemark.now_ms()) RETURNING id, started_at
