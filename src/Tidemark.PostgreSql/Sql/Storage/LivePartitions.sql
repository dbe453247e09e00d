SELECT job.id FROM tidemark.partition_visit JOIN tidemark.job ON job.id = partition_visit.visit WHERE partition_visit.job = $1 ORDER BY job.id
