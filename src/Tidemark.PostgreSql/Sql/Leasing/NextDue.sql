SELECT tidemark.now_ms(), (SELECT due_at FROM tidemark.job WHERE gate = 1 ORDER BY due_at LIMIT 1)
