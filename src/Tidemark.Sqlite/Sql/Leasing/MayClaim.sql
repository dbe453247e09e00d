SELECT 1 FROM worker WHERE id = ?1 AND dead = 0 AND retired = 0
