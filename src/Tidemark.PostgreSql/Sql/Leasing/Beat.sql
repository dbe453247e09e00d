-- Not waited for on the disk: a beat that a crash of the server takes back was one of many.
WITH hurried AS (SELECT set_config('synchronous_commit', 'off', true))
UPDATE tidemark.worker SET beat_at = tidemark.now_ms(), draining = $2 OR retired, running = $3, backend = $4, backend_start = $5
FROM hurried WHERE id = $1 AND NOT dead
