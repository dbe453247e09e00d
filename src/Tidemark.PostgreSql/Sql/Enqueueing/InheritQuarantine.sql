-- What a visit has claimed stays with the visit's parent until the visit has ended.
UPDATE tidemark.quarantine SET job = $2 WHERE job = $1 AND visit IS NULL
