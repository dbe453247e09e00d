INSERT INTO quarantine (job, stream, key, payload, failures, error, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (job, stream, key) DO UPDATE SET payload = excluded.payload, failures = excluded.failures, error = excluded.error, at = excluded.at, visit = NULL
