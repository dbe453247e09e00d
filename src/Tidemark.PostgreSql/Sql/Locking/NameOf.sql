SELECT name FROM tidemark.lock_ticket WHERE token = $1
