DELETE FROM tidemark.audit WHERE job = ANY($1::bigint[])
