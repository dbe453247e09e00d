COPY tidemark.job (id, lane, state, gate, rank, due_at, priority, fence, attempt, failures, crashes, suspect, created_at, args, tags, parent, visit_kind,
  visit_stream, dedup_key, has_memory, limit_key, limit_places) FROM STDIN (FORMAT BINARY)
-- The rows come in COPY's binary format, as Insert would make them. The driver wants the statement before any comment.
