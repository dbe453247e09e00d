-- Mine applied before, if the fence is mine and it runs no longer: a rescue grows the fence.
SELECT 1 FROM tidemark.job WHERE id = $1 AND fence = $2 AND state <> 1
UNION ALL
SELECT 1 FROM tidemark.finished WHERE id = $1 AND fence = $2
