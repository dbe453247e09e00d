SELECT ask.job, ask.kind, ask.until, ask.reason FROM ask JOIN job ON job.id = ask.job WHERE job.worker = ?1 AND job.state = 1
