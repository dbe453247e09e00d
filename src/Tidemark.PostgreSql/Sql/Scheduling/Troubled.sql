-- Each branch goes by an index of its own: an OR of them would read every schedule there is.
WITH troubled AS (
  SELECT name FROM tidemark.schedule WHERE fault IS NOT NULL OR rest IN (1, 2)
  UNION SELECT name FROM tidemark.schedule WHERE wake_at < $5
  UNION SELECT name FROM tidemark.schedule WHERE decided_until > $6::bigint
  UNION SELECT kept.name FROM tidemark.schedule kept JOIN tidemark.job waiting ON waiting.id = kept.last_job
    WHERE waiting.state = 0 AND waiting.attempt = 0 AND waiting.due_at < $5
)
SELECT schedule.name, owner, terms, schedule.args, schedule.state, wake_at, rest, fault, version, last_job,
  COALESCE(job.state, finished.state), COALESCE(job.attempt, finished.attempt), COALESCE(job.due_at, finished.due_at), COALESCE(job.started_at, finished.started_at), finished.finished_at, job.reason, decided_until
FROM troubled JOIN tidemark.schedule AS schedule ON schedule.name = troubled.name
LEFT JOIN tidemark.job AS job ON job.id = last_job LEFT JOIN tidemark.finished AS finished ON finished.id = last_job
WHERE ($1::text IS NULL OR schedule.name > $1)
  AND ($2::text IS NULL OR owner = $2)
  AND ($4::text[] IS NULL OR schedule.name = ANY ($4))
ORDER BY schedule.name LIMIT $3
