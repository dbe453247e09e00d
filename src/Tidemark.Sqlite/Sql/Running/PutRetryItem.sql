INSERT OR REPLACE INTO retry_item (stream, key, payload, failures, due_at, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
