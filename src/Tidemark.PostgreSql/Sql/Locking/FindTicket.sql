SELECT token, held_at IS NOT NULL FROM tidemark.lock_ticket WHERE worker = $1 AND call = $2
