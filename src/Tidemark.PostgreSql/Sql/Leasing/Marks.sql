-- Not those that somebody is about to commit, or looks at.
SELECT key FROM tidemark.limit_mark ORDER BY key LIMIT $1 FOR UPDATE SKIP LOCKED
