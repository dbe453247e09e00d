SELECT id, finished_at, has_memory FROM finished WHERE id > ?1 ORDER BY id LIMIT ?2
