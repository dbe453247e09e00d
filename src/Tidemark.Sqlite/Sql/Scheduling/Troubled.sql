-- Each branch goes by an index of its own: an OR of them would read every schedule there is.
WITH troubled AS (
  SELECT name FROM schedule WHERE fault IS NOT NULL OR rest IN (1, 2)
  UNION SELECT name FROM schedule WHERE wake_at < ?5
  UNION SELECT name FROM schedule WHERE decided_until > ?6
  UNION SELECT schedule.name FROM schedule CROSS JOIN job ON job.id = schedule.last_job
    WHERE schedule.last_job IS NOT NULL AND job.state = 0 AND job.attempt = 0 AND job.due_at < ?5
)
SELECT schedule.name, owner, terms, schedule.args, schedule.state, wake_at, rest, fault, version, last_job,
  COALESCE(job.state, finished.state), COALESCE(job.attempt, finished.attempt), COALESCE(job.due_at, finished.due_at), COALESCE(job.started_at, finished.started_at), finished.finished_at, job.reason, decided_until
FROM troubled JOIN schedule ON schedule.name = troubled.name LEFT JOIN job ON job.id = last_job LEFT JOIN finished ON finished.id = last_job
WHERE (?1 IS NULL OR schedule.name > ?1)
  AND (?2 IS NULL OR owner = ?2)
  AND (?4 IS NULL OR schedule.name IN (SELECT value FROM json_each(?4)))
ORDER BY schedule.name LIMIT ?3
