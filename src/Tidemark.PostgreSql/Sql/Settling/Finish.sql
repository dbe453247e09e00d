-- The common end, a whole batch at once: everything but the outcome stands in the live row. One with memory, or whose fence is another's, is not among the answers.
-- The ids come sorted, so that a row finds its place among them by halves. A join would leave it to the statistics of the moment whether rows are found by their
-- key or each is compared with each.
WITH ended AS (
  DELETE FROM tidemark.job
  WHERE id = ANY($1::bigint[]) AND fence = ($2::bigint[])[width_bucket(id, $1::bigint[])] AND state = 1 AND NOT has_memory
  RETURNING id, width_bucket(id, $1::bigint[]) AS place, lane, due_at, priority, fence, created_at, args, tags
), moot AS (
  DELETE FROM tidemark.ask WHERE job = ANY(ARRAY(SELECT id FROM ended))
)
INSERT INTO tidemark.finished (id, lane, state, due_at, priority, fence, attempt, failures, crashes, created_at, started_at, finished_at, args, tags, has_memory, result)
SELECT id, lane, 4, due_at, priority, fence, ($3::bigint[])[place], ($4::bigint[])[place], ($5::bigint[])[place], created_at, ($6::bigint[])[place], (SELECT tidemark.now_ms()), args, tags, false,
  ($7::bytea[])[place]
FROM ended
RETURNING id, fence
