UPDATE tidemark.stream SET saved_at = tidemark.now_ms(),
  ended = NOT EXISTS (SELECT 1 FROM tidemark.partition_visit WHERE partition_visit.job = $1 AND partition_visit.stream = $2 AND NOT partition_visit.done)
WHERE job = $1 AND name = $2
