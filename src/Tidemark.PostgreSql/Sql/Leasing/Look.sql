-- $1 queues, $2 names that the worker knows, $3 whether it may take a suspect. Whether a claim might find something, which locks and writes: this does neither, so that who waits costs little.
WITH mine AS (
  SELECT id FROM tidemark.lane WHERE queue = ANY($1::text[]) AND name = ANY($2::text[]) AND NOT EXISTS (SELECT 1 FROM tidemark.queue WHERE queue.name = lane.queue AND paused)
)
SELECT tidemark.now_ms(), (SELECT due_at FROM tidemark.job WHERE gate = 1 ORDER BY due_at LIMIT 1),
  EXISTS (SELECT 1 FROM tidemark.limit_mark WHERE tableoid IS NOT NULL)
  OR EXISTS (SELECT 1 FROM mine CROSS JOIN LATERAL (SELECT 1 FROM tidemark.job WHERE lane = mine.id AND gate = 0 ORDER BY rank LIMIT 1) AS head)
  OR ($3 AND EXISTS (SELECT 1 FROM mine JOIN tidemark.job ON job.lane = mine.id AND job.gate = 2))
