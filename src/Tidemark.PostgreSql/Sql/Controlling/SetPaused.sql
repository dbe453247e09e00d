INSERT INTO tidemark.queue (name, paused, reason) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, reason = excluded.reason
