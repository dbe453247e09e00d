SELECT id, finished_at, has_memory OR (?3 IS NOT NULL AND lane NOT IN (SELECT id FROM lane WHERE substr(name, 1, length(?3)) = ?3)) FROM finished WHERE id > ?1 ORDER BY id LIMIT ?2
