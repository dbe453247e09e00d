UPDATE tidemark.worker SET retired = true, draining = true WHERE id = $1 AND NOT dead
