UPDATE tidemark.job SET state = 0, gate = asked.gate, reason = CASE WHEN asked.reason IS NOT NULL THEN asked.reason WHEN job.state = 2 THEN NULL ELSE job.reason END
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS asked (id, gate, reason)
WHERE job.id = asked.id
