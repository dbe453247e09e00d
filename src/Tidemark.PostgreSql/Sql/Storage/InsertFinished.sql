INSERT INTO tidemark.finished (id, lane, state, due_at, priority, fence, attempt, failures, crashes, created_at, started_at, finished_at, args, tags,
  parent, visit_kind, visit_stream, has_memory, keeps_memory, reason, error, result, limit_key, limit_places)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, tidemark.now_ms(), $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
