UPDATE schedule SET version = version + 1, owner = ?2, terms = ?3, args = ?4, state = ?5, wake_at = ?6, rest = ?7, fault = ?8, decided_until = ?10
WHERE name = ?1 AND version = ?9
