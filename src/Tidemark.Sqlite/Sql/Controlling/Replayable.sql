SELECT id FROM quarantine WHERE job = ?1 AND stream = ?2 AND visit IS NULL ORDER BY id
