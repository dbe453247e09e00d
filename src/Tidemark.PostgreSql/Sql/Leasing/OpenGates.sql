-- Those with a limit are let in by LetIn, which needs to know of each other what this does not.
UPDATE tidemark.job SET state = 0, gate = CASE WHEN suspect THEN 2 ELSE 0 END, reason = CASE state WHEN 2 THEN NULL ELSE reason END
WHERE id = ANY(ARRAY(
  SELECT id FROM tidemark.job WHERE gate = 1 AND due_at <= tidemark.now_ms() AND limit_key IS NULL ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED))
  AND EXISTS (SELECT 1 FROM tidemark.worker WHERE id = $2 AND NOT dead AND NOT retired)
