SELECT rank, id FROM job WHERE lane = ?1 AND gate = 2 ORDER BY rank, id LIMIT 1
