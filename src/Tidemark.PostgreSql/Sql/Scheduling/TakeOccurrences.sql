INSERT INTO tidemark.occurrence (schedule, at, kind, job, enqueued_at)
SELECT schedule, at, kind, 0, tidemark.now_ms() FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked (schedule, at, kind)
ORDER BY schedule, at
ON CONFLICT (schedule, at) DO NOTHING
RETURNING schedule, at
