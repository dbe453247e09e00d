SELECT 1 FROM tidemark.finished WHERE id = $1 AND has_memory FOR UPDATE
