INSERT INTO schedule (name, version, owner, terms, args, state, wake_at, rest, fault, decided_until) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (name) DO NOTHING
