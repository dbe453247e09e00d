-- So many places of this limit have become free: the next of those that wait go to the claim, which lets them in.
UPDATE tidemark.job SET gate = 1 WHERE id = ANY(ARRAY(
  SELECT id FROM tidemark.job WHERE limit_key = $1 AND gate = 3 AND state = 0 ORDER BY rank, id LIMIT $2 FOR UPDATE SKIP LOCKED))
