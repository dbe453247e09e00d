SELECT 1 FROM tidemark.suspect_item WHERE stream IN (SELECT id FROM tidemark.stream WHERE job = $1) LIMIT 1
