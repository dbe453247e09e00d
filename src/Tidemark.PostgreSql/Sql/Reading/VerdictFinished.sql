SELECT state, result, error FROM tidemark.finished WHERE id = $1
