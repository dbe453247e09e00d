SELECT id, state, suspect FROM job WHERE gate = 1 AND due_at <= ?1 ORDER BY due_at LIMIT ?2
