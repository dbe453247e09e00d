DELETE FROM tidemark.settled WHERE stream = ANY(ARRAY(SELECT id FROM tidemark.stream WHERE job = $1))
