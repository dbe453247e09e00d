DELETE FROM dedup WHERE (name, key) IN (SELECT name, key FROM dedup WHERE expires <= ?1 LIMIT ?2)
