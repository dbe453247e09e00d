DELETE FROM tidemark.step WHERE job = ANY($1::bigint[])
