DELETE FROM tidemark.job WHERE id = $1
