SELECT 1 FROM dedup WHERE expires <= ?1 LIMIT 1
