UPDATE stream SET number = ?2, cursor = ?3, fingerprint = ?4, done = ?5, quarantined = ?6, retried = ?7, repeated = ?8, total = ?9,
  handler_ms = ?10, ended = ?11, saved_at = ?12, breaker = ?13
WHERE id = ?1
