DELETE FROM tidemark.worker WHERE id = $1
