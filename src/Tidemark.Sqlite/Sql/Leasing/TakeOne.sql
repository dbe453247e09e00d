SELECT id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, tags, parent, visit_kind, visit_stream, dedup_key, has_memory
FROM job WHERE id = ?1
