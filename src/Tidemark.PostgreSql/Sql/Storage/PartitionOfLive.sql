-- Who has inherited a stream has its partitions too, whatever job is their parent.
SELECT 1 FROM tidemark.partition_visit JOIN tidemark.job ON job.id = partition_visit.job WHERE partition_visit.visit = $1
