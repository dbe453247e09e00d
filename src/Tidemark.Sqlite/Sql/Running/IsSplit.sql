SELECT 1 FROM partition_visit WHERE job = ?1 AND stream = ?2
