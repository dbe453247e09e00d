INSERT INTO tidemark.partition_visit (visit, job, stream, number)
SELECT visit, $2, $3, place - 1 FROM unnest($1::bigint[]) WITH ORDINALITY AS visits (visit, place)
