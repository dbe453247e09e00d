UPDATE tidemark.worker SET dead = true, gone = $2, sole_suspect = $3 WHERE id = $1
