SELECT id FROM tidemark.job WHERE id = ANY(ARRAY(SELECT visit FROM tidemark.partition_visit WHERE job = $1)) ORDER BY id
