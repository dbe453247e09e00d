SELECT token, places, held_at IS NOT NULL FROM tidemark.lock_ticket WHERE name = $1 ORDER BY token
