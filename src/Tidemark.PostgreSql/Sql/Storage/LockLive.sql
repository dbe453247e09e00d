SELECT 1 FROM tidemark.job WHERE id = $1 FOR UPDATE
