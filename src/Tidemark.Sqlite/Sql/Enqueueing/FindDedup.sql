SELECT job, hash, expires FROM dedup WHERE name = ?1 AND key = ?2 AND (expires IS NULL OR expires > ?3)
