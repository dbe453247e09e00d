DELETE FROM job WHERE id = ?1 AND fence = ?2 AND state = 1 AND has_memory = 1
