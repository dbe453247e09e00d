DELETE FROM tidemark.retry_item WHERE stream = $1 AND key = ANY($2::text[])
