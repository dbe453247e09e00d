SELECT 1 FROM finished WHERE id = ?1 AND has_memory = 1
