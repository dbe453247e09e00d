SELECT at, kind, job, enqueued_at FROM occurrence
WHERE schedule = ?1 AND (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR at <= ?3)
ORDER BY at DESC LIMIT ?4
