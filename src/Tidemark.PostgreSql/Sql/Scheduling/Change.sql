-- Locked in the order of names: two timekeepers that meet do not wait for each other in a ring. What another has changed meanwhile has another version.
WITH asked AS (
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[])
    AS asked (name, expected, owner, terms, args, state, wake_at, rest, fault, decided_until)
), locked AS (
  SELECT kept.name FROM tidemark.schedule kept JOIN asked ON asked.name = kept.name
  WHERE kept.version = asked.expected ORDER BY kept.name FOR UPDATE OF kept
)
UPDATE tidemark.schedule kept
SET version = kept.version + 1, owner = asked.owner, terms = asked.terms, args = asked.args, state = asked.state, wake_at = asked.wake_at, rest = asked.rest, fault = asked.fault,
  decided_until = asked.decided_until
FROM asked JOIN locked ON locked.name = asked.name
WHERE kept.name = asked.name AND kept.version = asked.expected
RETURNING kept.name
