SELECT id, key, payload FROM tidemark.quarantine WHERE visit = $1 AND id > $2 ORDER BY id LIMIT $3
