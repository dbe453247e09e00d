-- The common end. One with memory is found by FinishWithMemory: asking for it here (RETURNING) would double the cost of every success.
DELETE FROM job WHERE id = ?1 AND fence = ?2 AND state = 1 AND has_memory = 0
