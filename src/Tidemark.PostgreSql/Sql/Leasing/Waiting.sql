SELECT id, limit_places FROM tidemark.job WHERE limit_key = $1 AND state = 0 AND gate = 3 ORDER BY rank, id LIMIT $2
