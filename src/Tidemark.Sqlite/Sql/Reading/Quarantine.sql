SELECT quarantine.id, quarantine.job, lane.name, stream, key, payload, quarantine.error, quarantine.failures, at, visit
FROM quarantine
LEFT JOIN job ON job.id = quarantine.job LEFT JOIN finished ON finished.id = quarantine.job
JOIN lane ON lane.id = COALESCE(job.lane, finished.lane)
WHERE quarantine.id > ?1 AND (?2 IS NULL OR quarantine.job = ?2)
ORDER BY quarantine.id LIMIT ?3
