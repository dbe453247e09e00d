SELECT id, number FROM tidemark.stream WHERE job = $1 AND name = $2
