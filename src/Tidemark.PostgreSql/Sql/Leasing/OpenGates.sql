-- Those with a limit get in line for a place; their limits are marked, in the order of their keys, as by everybody.
WITH opened AS (
  UPDATE tidemark.job SET state = 0, gate = CASE WHEN limit_key IS NOT NULL THEN 3 WHEN suspect THEN 2 ELSE 0 END,
    reason = CASE WHEN limit_key IS NOT NULL THEN replace(replace($3, '{places}', limit_places::text), '{key}', limit_key) WHEN state = 2 THEN NULL ELSE reason END
  WHERE id = ANY(ARRAY(
    SELECT id FROM tidemark.job WHERE gate = 1 AND due_at <= tidemark.now_ms() ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED))
    AND EXISTS (SELECT 1 FROM tidemark.worker WHERE id = $2 AND NOT dead AND NOT retired)
  RETURNING limit_key
)
INSERT INTO tidemark.limit_mark (key) SELECT DISTINCT limit_key FROM opened WHERE limit_key IS NOT NULL ORDER BY limit_key
ON CONFLICT (key) DO UPDATE SET key = excluded.key
