-- A backend that another role owns shows no start: then its number has to do.
SELECT id, name, lease_ms, dead, gone, sole_suspect, retired, tidemark.now_ms() - beat_at,
  backend IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM pg_stat_activity AS session
    WHERE session.pid = worker.backend AND COALESCE(session.backend_start, worker.backend_start) = worker.backend_start)
FROM tidemark.worker WHERE id <> $1 ORDER BY id
