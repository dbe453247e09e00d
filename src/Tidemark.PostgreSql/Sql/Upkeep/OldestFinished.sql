-- Memory that is still there is needed: open quarantine, a living visit, or an heir to come. Days are read from the oldest on.
SELECT id, finished_at FROM tidemark.finished WHERE finished_at < tidemark.now_ms() - $1 AND NOT has_memory LIMIT $2
