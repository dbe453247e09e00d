UPDATE tidemark.stream SET number = $2, cursor = $3, fingerprint = $4, done = $5, quarantined = $6, retried = $7, shifted = $8, total = $9,
  handler_ms = $10, ended = $11, saved_at = tidemark.now_ms(), breaker = $12,
  pace_items = COALESCE($13, pace_items), pace_ms = COALESCE($14, pace_ms), newer_items = COALESCE($15, newer_items), newer_ms = COALESCE($16, newer_ms),
  failed_key = COALESCE($17, failed_key), failed_error = COALESCE($18, failed_error), failed_at = COALESCE($19, failed_at)
WHERE id = $1
