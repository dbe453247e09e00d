UPDATE tidemark.quarantine SET visit = $2 WHERE id = ANY($1::bigint[]) AND visit IS NULL
