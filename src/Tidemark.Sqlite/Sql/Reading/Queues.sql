SELECT lane.queue, state, count(*), min(CASE WHEN state = 0 AND due_at <= ?1 THEN due_at END)
FROM job JOIN lane ON lane.id = job.lane GROUP BY lane.queue, state
