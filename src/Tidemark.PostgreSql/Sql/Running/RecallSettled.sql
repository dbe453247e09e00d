SELECT key FROM tidemark.settled WHERE stream = $1 ORDER BY key LIMIT $2
