-- Locked in the order of the keys, so that two batches with the same keys wait for each other and never crosswise.
SELECT dedup.name, dedup.key, dedup.job, dedup.hash FROM tidemark.dedup
JOIN unnest($1::text[], $2::text[]) AS asked (name, key) ON asked.name = dedup.name AND asked.key = dedup.key
WHERE dedup.expires IS NULL OR dedup.expires > tidemark.now_ms()
ORDER BY dedup.name, dedup.key FOR UPDATE OF dedup
