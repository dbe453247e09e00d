DELETE FROM tidemark.lock_ticket WHERE worker = $1
