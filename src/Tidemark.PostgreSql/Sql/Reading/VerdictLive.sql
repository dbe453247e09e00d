SELECT state, result, error FROM tidemark.job WHERE id = $1
