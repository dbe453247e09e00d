SELECT 1 FROM partition_visit JOIN job ON job.id = partition_visit.visit WHERE partition_visit.job = ?1 AND job.state IN (0, 1, 2) LIMIT 1
