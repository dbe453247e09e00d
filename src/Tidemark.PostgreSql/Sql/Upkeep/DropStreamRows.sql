WITH gone AS (DELETE FROM tidemark.stream WHERE job = ANY($1::bigint[]) RETURNING id),
  keys AS (DELETE FROM tidemark.settled WHERE stream IN (SELECT id FROM gone)),
  retries AS (DELETE FROM tidemark.retry_item WHERE stream IN (SELECT id FROM gone))
DELETE FROM tidemark.suspect_item WHERE stream IN (SELECT id FROM gone)
