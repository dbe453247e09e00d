SELECT id, started_at, beat_at FROM tidemark.worker WHERE id = ANY($1)
