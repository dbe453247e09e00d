-- The first open rows of a queue's lanes, of names that the worker knows. Each lane gives its head straight from the index. One more than asked for is looked at,
-- to know whether there is more; its number comes with each row, and in a row of its own where none was taken.
WITH heads AS (
  SELECT head.id, head.rank
  FROM (
    SELECT id FROM tidemark.lane
    WHERE queue = $1 AND name = ANY($2::text[]) AND NOT EXISTS (SELECT 1 FROM tidemark.queue WHERE queue.name = $1 AND paused)
  ) AS mine
  CROSS JOIN LATERAL (
    SELECT id, rank FROM tidemark.job WHERE lane = mine.id AND gate = 0 ORDER BY rank, id LIMIT $3 + 1 FOR UPDATE SKIP LOCKED
  ) AS head
  ORDER BY head.rank, head.id LIMIT $3 + 1
), taken AS (
  UPDATE tidemark.job SET state = 1, gate = 4, fence = fence + 1, attempt = attempt + 1, worker = $4, started_at = tidemark.now_ms(), reason = NULL
  WHERE id = ANY(ARRAY(SELECT id FROM heads ORDER BY rank, id LIMIT $3))
  RETURNING id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, has_memory, lane,
    COALESCE(tags, dedup_key, parent::text, visit_stream) IS NOT NULL AS rare, tags, parent, visit_kind, visit_stream, dedup_key
)
SELECT taken.*, counted.seen FROM (SELECT count(*) AS seen FROM heads) AS counted LEFT JOIN taken ON true
