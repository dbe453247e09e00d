SELECT lane.queue, state, count(*), min(CASE WHEN state = 0 AND due_at <= tidemark.now_ms() THEN due_at END)
FROM tidemark.job JOIN tidemark.lane ON lane.id = job.lane GROUP BY lane.queue, state
