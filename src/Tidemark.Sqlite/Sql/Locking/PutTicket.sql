INSERT INTO lock_ticket (name, worker, call, places, owner, asked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING token
