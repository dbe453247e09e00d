SELECT key, payload, failures, due_at, error FROM tidemark.retry_item WHERE stream = $1 ORDER BY due_at, key
