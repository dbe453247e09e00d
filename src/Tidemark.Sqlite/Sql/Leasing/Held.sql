-- All that a worker holds, for one that has lost the answer of a claim.
SELECT id, fence FROM job WHERE worker = ?1 AND state = 1 ORDER BY id
