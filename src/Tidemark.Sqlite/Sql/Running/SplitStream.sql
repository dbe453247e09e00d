INSERT INTO stream (job, name, number, done, quarantined, retried, shifted, total, handler_ms, ended, saved_at) VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, 0, 0, ?3)
