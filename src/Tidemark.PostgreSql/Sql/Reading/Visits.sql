SELECT id FROM tidemark.job WHERE parent = $1 UNION ALL SELECT id FROM tidemark.finished WHERE parent = $1 ORDER BY id
