UPDATE finished SET has_memory = 1 WHERE id = ?1
