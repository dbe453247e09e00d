UPDATE tidemark.finished SET has_memory = false, keeps_memory = false WHERE id = $1
