SELECT ask.job, ask.kind, ask.until, ask.reason FROM tidemark.ask JOIN tidemark.job ON job.id = ask.job WHERE job.worker = $1 AND job.state = 1 ORDER BY ask.job
