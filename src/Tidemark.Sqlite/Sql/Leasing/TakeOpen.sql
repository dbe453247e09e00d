-- The rows of one lane in the order of their rank, straight from the index. Rare columns are asked about together: most rows have none.
SELECT id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, has_memory, lane,
  COALESCE(tags, parent, visit_kind, dedup_key, limit_key) IS NOT NULL, tags, parent, visit_kind, visit_stream, dedup_key, limit_key, limit_places
FROM job WHERE lane = ?1 AND gate = 0 ORDER BY rank, id LIMIT ?2
