UPDATE tidemark.job SET has_memory = true WHERE id = $1
