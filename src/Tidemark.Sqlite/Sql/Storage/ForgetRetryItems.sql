DELETE FROM retry_item WHERE stream IN (SELECT id FROM stream WHERE job = ?1)
