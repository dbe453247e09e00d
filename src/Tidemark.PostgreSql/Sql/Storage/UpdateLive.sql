-- The caller holds the row's lock, and has checked the fence.
UPDATE tidemark.job SET state = $2, gate = $3, rank = $4, due_at = $5, fence = $6, attempt = $7, failures = $8, crashes = $9, suspect = $10,
  worker = $11, started_at = $12, has_memory = $13, reason = $14, error = $15, result = $16, keeps_memory = $17
WHERE id = $1
