SELECT id, lane, state, priority, attempt, failures, crashes, 0, created_at, due_at, started_at, finished_at, NULL, reason, tags, parent,
  args, result, error, NULL, NULL, fence
FROM finished WHERE id = ?1
