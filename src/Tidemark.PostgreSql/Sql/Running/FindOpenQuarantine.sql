SELECT id, key FROM tidemark.quarantine WHERE job = $1 AND stream = $2 AND key = ANY($3::text[]) AND visit IS NOT DISTINCT FROM $4::bigint FOR UPDATE
