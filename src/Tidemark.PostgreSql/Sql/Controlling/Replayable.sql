SELECT id, stream FROM tidemark.quarantine
WHERE job = $1 AND visit IS NULL AND ($2::text IS NULL OR stream = $2) AND ($3::bigint[] IS NULL OR id = ANY($3))
ORDER BY stream, id FOR UPDATE
