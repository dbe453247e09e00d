SELECT job.id, lane, state, priority, attempt, failures, crashes, suspect, created_at, due_at, job.started_at, NULL::bigint, worker.name,
  COALESCE(ask.reason, job.reason), tags, parent, args, result, error, ask.kind, job.worker, fence
FROM tidemark.job LEFT JOIN tidemark.worker ON worker.id = job.worker LEFT JOIN tidemark.ask ON ask.job = job.id
WHERE job.id = $1
