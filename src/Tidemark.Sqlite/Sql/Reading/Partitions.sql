SELECT partition_visit.stream, partition_visit.number, partition_visit.visit, CASE WHEN done = 1 THEN 4 ELSE COALESCE(job.state, 5) END, worker.name,
  COALESCE(ask.reason, job.reason, finished.reason), job.worker, job.fence, COALESCE(job.started_at, job.created_at)
FROM partition_visit LEFT JOIN job ON job.id = visit LEFT JOIN finished ON finished.id = visit
  LEFT JOIN worker ON worker.id = job.worker LEFT JOIN ask ON ask.job = visit
WHERE partition_visit.job = ?1 ORDER BY partition_visit.stream, partition_visit.number
