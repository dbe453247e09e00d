-- The fence check of every write of a running job, with what is asked of it. Locked until the write is through: nobody takes the job away in between.
SELECT job.crashes, job.suspect, job.has_memory, job.parent, job.visit_kind, ask.kind, ask.until, ask.reason
FROM tidemark.job LEFT JOIN tidemark.ask ON ask.job = job.id
WHERE job.id = $1 AND job.fence = $2 AND job.state = 1
FOR NO KEY UPDATE OF job
