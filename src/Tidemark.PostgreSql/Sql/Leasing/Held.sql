-- All that a worker holds, for one that has lost the answer of a claim.
SELECT id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, has_memory, lane,
  COALESCE(tags, dedup_key, parent::text, visit_stream, limit_key) IS NOT NULL AS rare, tags, parent, visit_kind, visit_stream, dedup_key, limit_key, limit_places
FROM tidemark.job WHERE worker = $1 AND state = 1 ORDER BY id
