INSERT INTO tidemark.retry_item (stream, key, payload, failures, due_at, error)
SELECT $1, key, payload, failures, due_at, error
FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[]) AS item (key, payload, failures, due_at, error)
ON CONFLICT (stream, key) DO UPDATE SET payload = excluded.payload, failures = excluded.failures, due_at = excluded.due_at, error = excluded.error
