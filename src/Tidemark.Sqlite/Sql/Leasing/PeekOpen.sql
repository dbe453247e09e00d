SELECT rank, id FROM job WHERE lane = ?1 AND gate = 0 ORDER BY rank, id LIMIT ?2
