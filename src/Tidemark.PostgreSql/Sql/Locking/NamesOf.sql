SELECT DISTINCT name FROM tidemark.lock_ticket WHERE worker = $1 AND ($2::bigint[] IS NULL OR token = ANY ($2)) ORDER BY name
