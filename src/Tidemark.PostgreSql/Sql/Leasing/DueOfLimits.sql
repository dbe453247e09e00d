SELECT id, suspect, limit_key, limit_places FROM tidemark.job
WHERE gate = 1 AND due_at <= tidemark.now_ms() AND limit_key = ANY($1::text[]) ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
