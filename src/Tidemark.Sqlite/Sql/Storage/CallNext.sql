-- A place of this limit has become free: the next of those that wait goes to the claim, which lets it in.
UPDATE job SET gate = 1 WHERE id = (SELECT id FROM job WHERE limit_key = ?1 AND gate = 3 AND state = 0 ORDER BY rank, id LIMIT 1)
