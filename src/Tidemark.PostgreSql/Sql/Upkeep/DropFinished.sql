DELETE FROM tidemark.finished USING unnest($1::bigint[], $2::bigint[]) AS old (id, finished_at)
WHERE finished.id = old.id AND finished.finished_at = old.finished_at
