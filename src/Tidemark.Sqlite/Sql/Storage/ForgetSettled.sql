DELETE FROM settled WHERE stream IN (SELECT id FROM stream WHERE job = ?1)
