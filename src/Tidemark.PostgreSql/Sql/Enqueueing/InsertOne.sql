-- As Insert, for one: it is spared the arrays, which cost more than the row. The clock is read once.
INSERT INTO tidemark.job (lane, state, gate, rank, due_at, priority, fence, attempt, failures, crashes, suspect, created_at, args, tags, parent, visit_kind,
  visit_stream, dedup_key, has_memory, limit_key, limit_places)
SELECT $1, 0, CASE WHEN due <= now_ms AND $10::text IS NULL THEN 0 ELSE 1 END, due - $3 * 60000, due, $3, 0, 0, 0, 0, false, now_ms, $4, $5, $6, $7, $8, $9, false, $10, $11
FROM (SELECT now_ms, COALESCE($2, now_ms) AS due FROM (SELECT tidemark.now_ms() AS now_ms OFFSET 0) AS clock) AS job
RETURNING id
