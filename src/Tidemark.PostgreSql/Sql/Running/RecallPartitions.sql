-- A job's own, or the one of a visit; while the job's memory is there.
SELECT mine.stream, mine.number, (SELECT count(*) FROM tidemark.partition_visit AS one WHERE one.job = mine.job AND one.stream = mine.stream), mine.visit,
  CASE WHEN mine.done THEN 4 ELSE COALESCE(job.state, 5) END::bigint, CASE WHEN job.state = 3 THEN job.reason END
FROM tidemark.partition_visit AS mine LEFT JOIN tidemark.job ON job.id = mine.visit
WHERE (mine.job = $1 OR mine.visit = $1)
  AND (EXISTS (SELECT 1 FROM tidemark.job AS whole WHERE whole.id = mine.job) OR EXISTS (SELECT 1 FROM tidemark.finished WHERE finished.id = mine.job AND has_memory))
ORDER BY mine.stream, mine.number
