DELETE FROM partition_visit WHERE job = ?1
