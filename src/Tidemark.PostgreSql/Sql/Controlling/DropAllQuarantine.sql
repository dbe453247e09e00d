DELETE FROM tidemark.quarantine WHERE job = $1
