-- $1 who asks, $2 the part of its lease after which a worker's beat is late, $3 workers on this host whose file nobody holds.
-- Those of whom there may be something to find: dead ones, those whose beat is late, which one that rests is not before its lease is over, and those of $3; or one row without any.
-- Of a hundred that beat nobody reads the server's sessions. A backend that another role owns shows no start: then its number has to do.
-- Last, the fleet: how many others live (one that rests beats each five seconds), and how many of them come before who asks; and the same of those that wait for the same work.
WITH now AS MATERIALIZED (SELECT tidemark.now_ms() AS ms), fleet AS MATERIALIZED (
  SELECT count(*) AS living, count(*) FILTER (WHERE id < $1) AS before, count(*) FILTER (WHERE waits) AS waiting, count(*) FILTER (WHERE waits AND id < $1) AS waiting_before
  FROM (
    SELECT worker.id, worker.resting AND worker.queues = me.queues AND worker.job_names = me.job_names AS waits
    FROM now, tidemark.worker AS me JOIN tidemark.worker ON worker.id <> me.id
    WHERE me.id = $1 AND NOT (worker.dead OR worker.retired OR worker.draining) AND now.ms - worker.beat_at <= LEAST(worker.lease_ms, 10000)
  ) AS other
)
SELECT id, name, lease_ms, dead, gone, sole_suspect, retired, now.ms - beat_at,
  CASE WHEN backend IS NOT NULL AND NOT resting AND now.ms - beat_at > lease_ms / $2 THEN NOT EXISTS (
    SELECT 1 FROM pg_stat_activity AS session
    WHERE session.pid = worker.backend AND COALESCE(session.backend_start, worker.backend_start) = worker.backend_start) ELSE false END,
  fleet.living, fleet.before, fleet.waiting, fleet.waiting_before
FROM now CROSS JOIN fleet
LEFT JOIN tidemark.worker ON id <> $1 AND (dead OR now.ms - beat_at > CASE WHEN resting THEN lease_ms ELSE lease_ms / $2 END OR id = ANY($3::bigint[]))
ORDER BY id
