SELECT 1 FROM tidemark.job WHERE id = ANY(ARRAY(SELECT visit FROM tidemark.partition_visit WHERE job = $1)) AND state IN (0, 1, 2) LIMIT 1
