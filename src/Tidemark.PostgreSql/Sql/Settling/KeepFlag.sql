UPDATE tidemark.finished SET has_memory = true, keeps_memory = $2 WHERE id = $1
