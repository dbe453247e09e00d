SELECT name FROM tidemark.step WHERE job = $1 ORDER BY id
