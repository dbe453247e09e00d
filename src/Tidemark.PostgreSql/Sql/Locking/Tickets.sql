SELECT t.name, t.token, t.places, t.owner, COALESCE(w.name, ''), t.asked_at, t.held_at
FROM tidemark.lock_ticket t LEFT JOIN tidemark.worker w ON w.id = t.worker
WHERE t.token > $2 AND ($1::text IS NULL OR t.name = $1) ORDER BY t.token LIMIT $3
