DELETE FROM tidemark.ask WHERE job = $1
