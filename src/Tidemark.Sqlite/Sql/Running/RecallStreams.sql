SELECT id, name, number, cursor, fingerprint, done, quarantined, retried, repeated, total, handler_ms, ended, breaker FROM stream WHERE job = ?1 ORDER BY id
