DELETE FROM tidemark.settled WHERE stream IN (SELECT id FROM tidemark.stream WHERE job = $1)
