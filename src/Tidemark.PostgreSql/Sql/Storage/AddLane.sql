INSERT INTO tidemark.lane (queue, name) VALUES ($1, $2) ON CONFLICT (queue, name) DO NOTHING
