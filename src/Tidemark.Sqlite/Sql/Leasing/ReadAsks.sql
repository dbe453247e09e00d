-- From the few that are asked, never from all that live: left to itself the planner may read the whole table, twice a second.
SELECT ask.job, ask.kind, ask.until, ask.reason FROM ask CROSS JOIN job ON job.id = ask.job WHERE job.worker = ?1 AND job.state = 1
