DELETE FROM tidemark.dedup WHERE (name, key) IN (SELECT name, key FROM tidemark.dedup WHERE expires <= tidemark.now_ms() LIMIT $1)
