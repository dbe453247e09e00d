INSERT INTO tidemark.quarantine (job, stream, key, payload, failures, error, at)
SELECT $1, $2, key, payload, failures, error, tidemark.now_ms()
FROM unnest($3::text[], $4::bytea[], $5::bigint[], $6::text[]) WITH ORDINALITY AS item (key, payload, failures, error, place) ORDER BY place
ON CONFLICT (job, stream, key) DO UPDATE SET payload = excluded.payload, failures = excluded.failures, error = excluded.error, at = excluded.at, visit = NULL
