-- Locked in the order of the keys, so that two batches with the same keys wait for each other and never crosswise. Looked for one by one: a join would read all keys that are kept,
-- if it was planned while there were few.
SELECT found.*
FROM (SELECT name, key FROM unnest($1::text[], $2::text[]) AS asked (name, key) ORDER BY name COLLATE "C", key COLLATE "C") AS asked
CROSS JOIN LATERAL (
  SELECT dedup.name, dedup.key, dedup.job, dedup.hash FROM tidemark.dedup
  WHERE dedup.name = asked.name AND dedup.key = asked.key AND (dedup.expires IS NULL OR dedup.expires > tidemark.now_ms()) FOR UPDATE
) AS found
