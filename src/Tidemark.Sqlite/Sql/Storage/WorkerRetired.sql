SELECT retired FROM worker WHERE id = ?1 AND dead = 0
