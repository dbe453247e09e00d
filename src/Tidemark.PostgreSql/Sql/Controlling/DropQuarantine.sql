DELETE FROM tidemark.quarantine WHERE id = ANY($1::bigint[]) RETURNING id, job, key
