SELECT 1 FROM tidemark.job WHERE worker = $1 AND state = 1 LIMIT 1
