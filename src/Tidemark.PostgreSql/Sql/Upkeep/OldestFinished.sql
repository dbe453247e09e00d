-- Memory that is still there is needed: open quarantine, a living visit, or an heir to come. Days are read from the oldest on.
SELECT id, finished_at FROM tidemark.finished WHERE finished_at < tidemark.now_ms() - $1
  AND ($3::text IS NULL OR lane IN (SELECT id FROM tidemark.lane WHERE starts_with(name, $3))) AND NOT has_memory LIMIT $2
