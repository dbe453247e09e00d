DELETE FROM tidemark.interruption WHERE job = ANY($1::bigint[])
