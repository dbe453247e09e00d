DELETE FROM tidemark.lock_ticket WHERE token = ANY ($1) AND worker = $2
