-- Where nobody has ever heard of the name, or of the queue, no row is looked at.
SELECT id, lane, state, priority, attempt, failures, crashes, false, created_at, due_at, started_at, finished_at, NULL, reason, tags, parent
FROM tidemark.finished
WHERE id < $1
  AND ($2::bigint IS NULL OR ($2 >> state) & 1 = 1)
  AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM tidemark.lane WHERE name = $3)) AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM tidemark.lane WHERE queue = $4))
  AND ($3::text IS NULL OR lane IN (SELECT id FROM tidemark.lane WHERE name = $3))
  AND ($4::text IS NULL OR lane IN (SELECT id FROM tidemark.lane WHERE queue = $4))
  AND ($5::text IS NULL OR strpos(tags, $5) > 0)
ORDER BY id DESC LIMIT $6
