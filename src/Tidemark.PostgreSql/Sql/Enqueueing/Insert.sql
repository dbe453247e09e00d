-- The ids are drawn in the order of the batch: the sort comes before the default. The clock is read once, and not for each row.
INSERT INTO tidemark.job (lane, state, gate, rank, due_at, priority, fence, attempt, failures, crashes, suspect, created_at, args, tags, parent, visit_kind,
  visit_stream, dedup_key, has_memory, limit_key, limit_places)
SELECT lane, 0, CASE WHEN due <= now_ms AND limit_key IS NULL THEN 0 ELSE 1 END, due - priority * 60000, due, priority, 0, 0, 0, 0, false, now_ms, args, tags, parent, visit_kind,
  visit_stream, dedup_key, false, limit_key, limit_places
FROM (
  SELECT asked.*, now_ms, COALESCE(due_at, now_ms) AS due
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bigint[])
    WITH ORDINALITY AS asked (lane, due_at, priority, args, tags, parent, visit_kind, visit_stream, dedup_key, limit_key, limit_places, place),
    (SELECT (SELECT tidemark.now_ms()) AS now_ms) AS clock
) AS job
ORDER BY place
RETURNING id
