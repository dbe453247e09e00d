INSERT INTO tidemark.ask (job, kind, until, reason) VALUES ($1, $2, $3, $4)
ON CONFLICT (job) DO UPDATE SET kind = excluded.kind, until = excluded.until, reason = excluded.reason
