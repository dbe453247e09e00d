SELECT id, state, suspect, limit_key, limit_places FROM job WHERE gate = 1 AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2
