SELECT 1 FROM suspect_item WHERE stream IN (SELECT id FROM stream WHERE job = ?1) LIMIT 1
