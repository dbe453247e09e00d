DELETE FROM tidemark.dedup WHERE name = $1 AND key = $2 AND job = $3
