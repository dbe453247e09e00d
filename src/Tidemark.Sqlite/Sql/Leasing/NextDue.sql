SELECT due_at FROM job WHERE gate = 1 ORDER BY due_at LIMIT 1
