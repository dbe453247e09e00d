-- Those of whom there may be something to find: dead ones, those whose beat is late by this part of their lease, and those whose file nobody holds; or one row without any. Last: how many there are.
-- Of a hundred that beat nobody reads the server's sessions. A backend that another role owns shows no start: then its number has to do.
WITH now AS MATERIALIZED (SELECT tidemark.now_ms() AS ms)
SELECT id, name, lease_ms, dead, gone, sole_suspect, retired, now.ms - beat_at,
  CASE WHEN backend IS NOT NULL AND now.ms - beat_at > lease_ms / $2 THEN NOT EXISTS (
    SELECT 1 FROM pg_stat_activity AS session
    WHERE session.pid = worker.backend AND COALESCE(session.backend_start, worker.backend_start) = worker.backend_start) ELSE false END,
  (SELECT count(*) FROM tidemark.worker)
FROM now LEFT JOIN tidemark.worker ON id <> $1 AND (dead OR now.ms - beat_at > lease_ms / $2 OR id = ANY($3::bigint[])) ORDER BY id
