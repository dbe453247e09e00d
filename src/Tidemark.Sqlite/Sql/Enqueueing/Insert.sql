INSERT INTO job (lane, state, gate, rank, due_at, priority, fence, attempt, failures, crashes, suspect, created_at, args, tags, parent, visit_kind,
  visit_stream, dedup_key, has_memory, limit_key, limit_places)
VALUES (?1, 0, ?2, ?3, ?4, ?5, 0, 0, 0, 0, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
