DELETE FROM tidemark.partition_visit WHERE job = ANY($1::bigint[])
