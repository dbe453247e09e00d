SELECT id, lane, state, priority, attempt, failures, crashes, false, created_at, due_at, started_at, finished_at, NULL, reason, tags, parent,
  args, result, error, NULL::smallint, NULL::bigint, fence
FROM tidemark.finished WHERE id = $1
