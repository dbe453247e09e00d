UPDATE finished SET has_memory = 0, keeps_memory = 0 WHERE id = ?1
