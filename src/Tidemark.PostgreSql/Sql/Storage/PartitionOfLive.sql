-- Who has inherited a stream has its partitions too, whatever job is their parent.
SELECT 1 FROM tidemark.job WHERE id = ANY(ARRAY(SELECT job FROM tidemark.partition_visit WHERE visit = $1))
