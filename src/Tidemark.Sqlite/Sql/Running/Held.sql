-- The fence check of every write of a running job, with what is asked of it.
SELECT job.crashes, job.suspect, job.has_memory, job.parent, job.visit_kind, ask.kind, ask.until, ask.reason
FROM job LEFT JOIN ask ON ask.job = job.id
WHERE job.id = ?1 AND job.fence = ?2 AND job.state = 1
