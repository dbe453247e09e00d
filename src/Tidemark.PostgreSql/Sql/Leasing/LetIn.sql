-- One that somebody has in his hands is left for the next look. To wait for him would be to wait in a circle: he goes on to the mark, which is in ours.
UPDATE tidemark.job SET gate = CASE WHEN suspect THEN 2 ELSE 0 END, reason = NULL
WHERE id = ANY(ARRAY(SELECT id FROM tidemark.job WHERE id = ANY ($1::bigint[]) AND state = 0 AND gate = 3 ORDER BY id FOR UPDATE SKIP LOCKED))
RETURNING limit_key
