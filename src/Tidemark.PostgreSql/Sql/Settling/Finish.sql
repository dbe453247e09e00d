-- The common end, a whole batch at once: everything but the outcome stands in the live row. One with memory, or whose fence is another's, is not among the answers.
WITH ended AS (
  DELETE FROM tidemark.job
  USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
    AS outcome (id, fence, attempt, failures, crashes, started_at, result)
  WHERE job.id = outcome.id AND job.fence = outcome.fence AND job.state = 1 AND NOT job.has_memory
  RETURNING job.id, lane, due_at, priority, job.fence, outcome.attempt, outcome.failures, outcome.crashes, created_at, outcome.started_at, args, tags, outcome.result
), moot AS (
  DELETE FROM tidemark.ask WHERE job = ANY(ARRAY(SELECT id FROM ended))
)
INSERT INTO tidemark.finished (id, lane, state, due_at, priority, fence, attempt, failures, crashes, created_at, started_at, finished_at, args, tags, has_memory, result)
SELECT id, lane, 4, due_at, priority, fence, attempt, failures, crashes, created_at, started_at, tidemark.now_ms(), args, tags, false, result FROM ended
RETURNING id, fence
