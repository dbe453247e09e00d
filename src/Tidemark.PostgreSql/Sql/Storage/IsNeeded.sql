-- A finished job's memory is needed while quarantine is open or a visit lives.
SELECT EXISTS (SELECT 1 FROM tidemark.quarantine WHERE job = $1) OR EXISTS (SELECT 1 FROM tidemark.job WHERE parent = $1)
