SELECT job.id FROM partition_visit JOIN job ON job.id = partition_visit.visit WHERE partition_visit.job = ?1 ORDER BY job.id
