UPDATE worker SET dead = 1, sole_suspect = ?2 WHERE id = ?1 AND dead = 0
