UPDATE tidemark.stream SET moved = moved + $3 WHERE job = $1 AND name = $2
