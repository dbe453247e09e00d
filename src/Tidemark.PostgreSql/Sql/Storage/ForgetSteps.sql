DELETE FROM tidemark.step WHERE job = $1
