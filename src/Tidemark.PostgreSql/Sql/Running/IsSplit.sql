SELECT 1 FROM tidemark.partition_visit WHERE job = $1 AND stream = $2 LIMIT 1
