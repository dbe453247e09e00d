SELECT id FROM tidemark.worker WHERE id = ANY($1::bigint[])
