SELECT schedule.name, owner, terms, schedule.args, schedule.state, wake_at, rest, fault, version, last_job,
  COALESCE(job.state, finished.state), COALESCE(job.attempt, finished.attempt), COALESCE(job.due_at, finished.due_at), COALESCE(job.started_at, finished.started_at), finished.finished_at, job.reason, decided_until
FROM tidemark.schedule AS schedule LEFT JOIN tidemark.job AS job ON job.id = last_job LEFT JOIN tidemark.finished AS finished ON finished.id = last_job
WHERE ($1::text IS NULL OR schedule.name > $1)
  AND ($2::text IS NULL OR owner = $2)
ORDER BY schedule.name LIMIT $3
