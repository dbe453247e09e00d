-- A plain checkpoint, alone: that of one stream that nobody else's shares a commit with, which is spared the arrays of SaveStreams; or that whose effects this transaction has made,
-- on its way with the commit. Then ($23 is 1) whatever keeps it from being plain, a lost lease, a number that does not follow, a job about which something changes, is a division by
-- zero: all of it is undone, and done again by one that looks first. The job's row is locked until the write is through.
WITH held AS (
  SELECT id FROM tidemark.job WHERE id = $1 AND fence = $2 AND state = 1 AND has_memory AND NOT ($20 AND (crashes > 0 OR suspect)) FOR NO KEY UPDATE
), saved AS (
  UPDATE tidemark.stream SET number = $4, cursor = $5, fingerprint = $6, done = $7, quarantined = $8, retried = $9, shifted = $10, total = $11,
    handler_ms = $12, ended = $13, saved_at = tidemark.now_ms(), breaker = $14,
    pace_items = COALESCE($15, pace_items), pace_ms = COALESCE($16, pace_ms), newer_items = COALESCE($17, newer_items), newer_ms = COALESCE($18, newer_ms),
    failed_key = COALESCE($19, failed_key), failed_error = COALESCE($21, failed_error), failed_at = COALESCE($22, failed_at)
  WHERE EXISTS (SELECT 1 FROM held) AND stream.job = $1 AND stream.name = $3 AND stream.number = $4 - 1
  RETURNING 1
)
SELECT written.rows, ask.kind, ask.until, ask.reason, 1 / (1 - $23 + written.rows) AS tidemark_saved
FROM (SELECT count(*) AS rows FROM saved) AS written LEFT JOIN tidemark.ask ON ask.job = $1
