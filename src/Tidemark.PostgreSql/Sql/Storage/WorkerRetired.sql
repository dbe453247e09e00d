SELECT retired FROM tidemark.worker WHERE id = $1 AND NOT dead
