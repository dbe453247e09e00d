DELETE FROM tidemark.settled WHERE stream = $1 AND key = ANY($2::text[])
