SELECT partition_visit.stream, partition_visit.number::bigint, partition_visit.visit, CASE WHEN done THEN 4 ELSE COALESCE(job.state, 5) END::bigint, worker.name,
  COALESCE(ask.reason, job.reason, finished.reason), job.worker, job.fence, COALESCE(job.started_at, job.created_at)
FROM tidemark.partition_visit LEFT JOIN tidemark.job ON job.id = visit LEFT JOIN tidemark.finished ON finished.id = visit
  LEFT JOIN tidemark.worker ON worker.id = job.worker LEFT JOIN tidemark.ask ON ask.job = visit
WHERE partition_visit.job = $1 ORDER BY partition_visit.stream, partition_visit.number
