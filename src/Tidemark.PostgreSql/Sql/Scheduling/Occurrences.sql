SELECT at, kind, job, enqueued_at FROM tidemark.occurrence
WHERE schedule = $1 AND ($2::bigint IS NULL OR at >= $2) AND ($3::bigint IS NULL OR at <= $3)
ORDER BY at DESC LIMIT $4
