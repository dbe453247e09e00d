-- The schema of a Tidemark store, {range}. What is there already is passed over: it may be applied again.
BEGIN;
SET LOCAL client_min_messages = warning;
DO $tidemark$ BEGIN
  -- One at a time, and none beside a program that migrates.
  PERFORM pg_advisory_xact_lock(hashtextextended(btrim('tidemark.', '".'), 7468));
END $tidemark$;
