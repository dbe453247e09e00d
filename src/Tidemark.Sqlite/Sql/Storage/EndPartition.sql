UPDATE partition_visit SET done = 1 WHERE visit = ?1 RETURNING job, stream
