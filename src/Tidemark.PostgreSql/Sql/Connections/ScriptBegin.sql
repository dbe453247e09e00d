-- The schema of a Tidemark store, {range}. What is there already is passed over: it may be applied again.
BEGIN;
SET LOCAL client_min_messages = warning;
DO $tidemark$ BEGIN
  -- One at a time, and none beside a program that migrates.
  PERFORM pg_advisory_xact_lock(hashtextextended(btrim('tidemark.', '".'), 7468));
END $tidemark$;
-- Whoever waits for a table, behind a dump say, is waited for by all who work with it: rather nothing is done, and this applied again later.
SET LOCAL lock_timeout = '2s';
