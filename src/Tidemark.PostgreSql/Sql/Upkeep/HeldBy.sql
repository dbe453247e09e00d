-- The one scan of the live table: only after a death, so that no index has to be kept for it.
SELECT id, fence, suspect FROM tidemark.job WHERE worker = $1 AND state = 1 ORDER BY id
