SELECT job.id, lane, state, priority, attempt, failures, crashes, suspect, created_at, due_at, job.started_at, NULL, worker.name,
  COALESCE(ask.reason, job.reason), tags, parent, args, result, error, ask.kind, worker, fence
FROM job LEFT JOIN worker ON worker.id = job.worker LEFT JOIN ask ON ask.job = job.id
WHERE job.id = ?1
