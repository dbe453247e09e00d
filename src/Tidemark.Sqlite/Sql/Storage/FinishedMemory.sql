SELECT has_memory FROM finished WHERE id = ?1
