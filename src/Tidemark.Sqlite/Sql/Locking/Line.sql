SELECT token, places, held_at IS NOT NULL FROM lock_ticket WHERE name = ?1 ORDER BY token
