SELECT token, worker, call, held_at IS NOT NULL FROM tidemark.lock_ticket WHERE worker = $1 ORDER BY token
