SELECT 1 FROM tidemark.dedup WHERE expires <= tidemark.now_ms() LIMIT 1
