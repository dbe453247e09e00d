SELECT id, lane, state, gate, rank, due_at, priority, fence, attempt, failures, crashes, suspect, worker, created_at, started_at, args,
  tags, parent, visit_kind, visit_stream, dedup_key, has_memory, reason, error, result, keeps_memory, limit_key, limit_places
FROM tidemark.job WHERE id = $1 FOR UPDATE
