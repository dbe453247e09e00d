SELECT id, limit_places FROM job WHERE limit_key = ?1 AND state = 0 AND gate = 3 ORDER BY rank, id
