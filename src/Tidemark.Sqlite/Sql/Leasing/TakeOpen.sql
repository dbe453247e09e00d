-- One lane has all that is asked for: the rows in the order of their rank, straight from the index.
SELECT id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, tags, parent, visit_kind, visit_stream, dedup_key, has_memory
FROM job WHERE lane = ?1 AND gate = 0 ORDER BY rank, id LIMIT ?2
