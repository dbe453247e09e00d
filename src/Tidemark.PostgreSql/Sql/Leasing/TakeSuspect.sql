UPDATE tidemark.job SET state = 1, gate = 4, fence = fence + 1, attempt = attempt + 1, worker = $3, started_at = tidemark.now_ms(), reason = NULL
WHERE id = (
  SELECT id FROM tidemark.job
  WHERE gate = 2 AND lane IN (
    SELECT id FROM tidemark.lane
    WHERE queue = $1 AND name = ANY($2::text[]) AND NOT EXISTS (SELECT 1 FROM tidemark.queue WHERE queue.name = $1 AND paused))
  ORDER BY rank, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, has_memory, lane,
  COALESCE(tags, dedup_key, parent::text, visit_stream) IS NOT NULL AS rare, tags, parent, visit_kind, visit_stream, dedup_key
