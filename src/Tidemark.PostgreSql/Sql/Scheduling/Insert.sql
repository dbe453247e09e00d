INSERT INTO tidemark.schedule (name, version, owner, terms, args, state, wake_at, rest, fault, decided_until)
SELECT name, 1, owner, terms, args, state, wake_at, rest, fault, decided_until
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[])
  AS asked (name, expected, owner, terms, args, state, wake_at, rest, fault, decided_until)
WHERE expected = 0
ORDER BY name
ON CONFLICT (name) DO NOTHING
RETURNING name
