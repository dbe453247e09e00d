DELETE FROM tidemark.retry_item WHERE stream IN (SELECT id FROM tidemark.stream WHERE job = $1)
