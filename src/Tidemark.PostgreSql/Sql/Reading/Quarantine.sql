SELECT quarantine.id, quarantine.job, lane.name, stream, key, payload, quarantine.error, quarantine.failures, at, visit
FROM tidemark.quarantine
LEFT JOIN tidemark.job ON job.id = quarantine.job LEFT JOIN tidemark.finished ON finished.id = quarantine.job
JOIN tidemark.lane ON lane.id = COALESCE(job.lane, finished.lane)
WHERE quarantine.id > $1 AND ($2::bigint IS NULL OR quarantine.job = $2)
ORDER BY quarantine.id LIMIT $3
