-- Fewer rows than asked for: another transaction has taken a key meanwhile.
INSERT INTO tidemark.dedup (name, key, job, hash, scope, expires)
SELECT name, key, job, hash, scope, tidemark.now_ms() + duration
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[]) AS asked (name, key, job, hash, scope, duration)
ORDER BY name, key
ON CONFLICT (name, key) DO UPDATE SET job = excluded.job, hash = excluded.hash, scope = excluded.scope, expires = excluded.expires
WHERE dedup.expires <= tidemark.now_ms()
