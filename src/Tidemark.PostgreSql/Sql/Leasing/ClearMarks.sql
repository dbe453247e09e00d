DELETE FROM tidemark.limit_mark WHERE key = ANY ($1::text[])
