UPDATE partition_visit SET job = ?2 WHERE job = ?1
