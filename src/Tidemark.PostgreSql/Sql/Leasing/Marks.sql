-- Behind the given one. Not those that somebody is about to commit, or looks at.
SELECT key FROM tidemark.limit_mark WHERE key > $1 ORDER BY key LIMIT $2 FOR UPDATE SKIP LOCKED
