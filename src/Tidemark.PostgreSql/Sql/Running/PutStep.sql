INSERT INTO tidemark.step (job, name, result, expires) VALUES ($1, $2, $3, $4)
ON CONFLICT (job, name) DO UPDATE SET result = excluded.result, expires = excluded.expires
