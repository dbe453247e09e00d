UPDATE tidemark.partition_visit SET done = true WHERE visit = $1 RETURNING job, stream
