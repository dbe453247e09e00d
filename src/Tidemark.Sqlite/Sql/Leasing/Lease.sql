-- The rows that TakeOpen has just read in this transaction: the same order, the same number, one statement for all of them.
UPDATE job SET state = 1, gate = 4, fence = fence + 1, attempt = attempt + 1, worker = ?3, started_at = ?4, reason = NULL
WHERE id IN (SELECT id FROM job WHERE lane = ?1 AND gate = 0 ORDER BY rank, id LIMIT ?2)
