SELECT key, payload, failures, due_at, error FROM retry_item WHERE stream = ?1 ORDER BY due_at, key
