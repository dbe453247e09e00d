SELECT job.id, lane, state, priority, attempt, failures, crashes, suspect, created_at, due_at, job.started_at, NULL, worker.name,
  COALESCE(ask.reason, job.reason), tags, parent
FROM job LEFT JOIN worker ON worker.id = job.worker LEFT JOIN ask ON ask.job = job.id
WHERE job.id < ?1
  AND (?2 IS NULL OR (?2 >> state) & 1)
  AND (?3 IS NULL OR lane IN (SELECT id FROM lane WHERE name = ?3))
  AND (?4 IS NULL OR lane IN (SELECT id FROM lane WHERE queue = ?4))
  AND (?5 IS NULL OR instr(tags, ?5) > 0)
ORDER BY job.id DESC LIMIT ?6
