UPDATE finished SET has_memory = 1, keeps_memory = ?2 WHERE id = ?1
