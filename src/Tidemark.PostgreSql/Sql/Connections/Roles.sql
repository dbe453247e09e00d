-- Four roles, and what each may; again after every upgrade of the schema. By a superuser, or by a role with CREATEROLE that may CREATE in the
-- database, and owns the schema if it is there: it becomes a member of {prefix}_migrator. Everything in the schema is made the migrator's.
--   {prefix}_migrator  owns the schema and changes it. Make whoever deploys one: GRANT {prefix}_migrator TO deployer; ALTER ROLE deployer SET role TO {prefix}_migrator;
--   {prefix}_worker    does everything that a service or tidemark does, but does not change the schema (Migrate = false)
--   {prefix}_enqueuer  adds jobs, also within its own transactions; of others it sees numbers, queues, names and deduplication keys with the hash of
--                      their arguments, and may write those keys: trust it with them
--   {prefix}_viewer    reads everything, writes nothing
-- They cannot log in: grant them to those who can.
BEGIN;
SET LOCAL client_min_messages = warning;
-- Whoever waits for a table, behind a dump say, is waited for by all who work with it: rather nothing is done, and this applied again later.
SET LOCAL lock_timeout = '2s';
DO $tidemark$
DECLARE
  kind text;
  thing record;
BEGIN
  IF rtrim('tidemark.', '.') IN ('public', '"public"') THEN
    RAISE EXCEPTION 'The schema public is everybody''s, and this script gives a schema to one role. Keep the store in a schema of its own.';
  END IF;
  FOREACH kind IN ARRAY ARRAY['migrator', 'worker', 'enqueuer', 'viewer'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', '{prefix}_' || kind);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- roles are the whole server's: another schema has made it
    END;
  END LOOP;
  BEGIN
    -- Only a member may give something to a role, and who made the role is none by that.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN GRANT {prefix}_migrator TO CURRENT_USER; END IF;
  EXCEPTION WHEN insufficient_privilege THEN
    IF NOT pg_has_role(current_user, '{prefix}_migrator', 'MEMBER') THEN
      RAISE EXCEPTION '% may not become a member of {prefix}_migrator, which somebody else has made. Apply this script as a superuser, or GRANT {prefix}_migrator TO % first.', current_user, current_user;
    END IF;
  END;
  IF to_regnamespace(rtrim('tidemark.', '.')) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %s AUTHORIZATION {prefix}_migrator', rtrim('tidemark.', '.'));
  END IF;
  -- What was made before the roles were belongs to whoever made it. The schema first: who gets a table must be able to make one there.
  FOR thing IN
    SELECT 0 AS turn, format('SCHEMA %s', oid::regnamespace) AS name, nspowner AS owner FROM pg_namespace WHERE oid = to_regnamespace(rtrim('tidemark.', '.'))
    UNION ALL
    SELECT 1, format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass), relowner FROM pg_class
    WHERE relnamespace = to_regnamespace(rtrim('tidemark.', '.')) AND (relkind IN ('r', 'p') OR relkind = 'S' AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND refobjsubid > 0)) -- that of a column goes with its table
    UNION ALL
    SELECT 1, format('ROUTINE %s', oid::regprocedure), proowner FROM pg_proc WHERE pronamespace = to_regnamespace(rtrim('tidemark.', '.'))
    ORDER BY turn
  LOOP
    CONTINUE WHEN thing.owner = '{prefix}_migrator'::regrole;
    BEGIN
      EXECUTE format('ALTER %s OWNER TO {prefix}_migrator', thing.name);
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE EXCEPTION 'The % belongs to %, and % may not give it to {prefix}_migrator (%). Apply this script as a superuser, or as a member of % that may CREATE in this database.',
        lower(split_part(thing.name, ' ', 1)) || ' ' || split_part(thing.name, ' ', 2), thing.owner::regrole, current_user, SQLERRM, thing.owner::regrole;
    END;
  END LOOP;
  EXECUTE format('GRANT USAGE ON SCHEMA %s TO {prefix}_worker, {prefix}_enqueuer, {prefix}_viewer', rtrim('tidemark.', '.'));
  -- What later versions add is open to workers and viewers from the start.
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE {prefix}_migrator IN SCHEMA %s GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {prefix}_worker', rtrim('tidemark.', '.'));
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE {prefix}_migrator IN SCHEMA %s GRANT USAGE, UPDATE ON SEQUENCES TO {prefix}_worker', rtrim('tidemark.', '.'));
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE {prefix}_migrator IN SCHEMA %s GRANT SELECT ON TABLES TO {prefix}_viewer', rtrim('tidemark.', '.'));
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %s TO {prefix}_worker', rtrim('tidemark.', '.'));
  EXECUTE format('GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA %s TO {prefix}_worker', rtrim('tidemark.', '.'));
  EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %s TO {prefix}_viewer', rtrim('tidemark.', '.'));
  IF to_regclass('tidemark.job') IS NULL THEN
    RETURN; -- the schema is empty yet: this script comes again after the other
  END IF;
  REVOKE INSERT, UPDATE, DELETE ON tidemark.migration FROM {prefix}_worker;
  REVOKE INSERT, DELETE ON tidemark.store FROM {prefix}_worker;
  REVOKE ALL ON FUNCTION tidemark.add_days(bigint, integer), tidemark.drop_days(bigint) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION tidemark.add_days(bigint, integer), tidemark.drop_days(bigint) TO {prefix}_worker;

  GRANT SELECT ON tidemark.migration, tidemark.store, tidemark.lane TO {prefix}_enqueuer;
  GRANT INSERT ON tidemark.lane TO {prefix}_enqueuer;
  GRANT INSERT, SELECT (id) ON tidemark.job TO {prefix}_enqueuer;
  GRANT USAGE ON SEQUENCE tidemark.job_id TO {prefix}_enqueuer;
  GRANT SELECT, INSERT, UPDATE ON tidemark.dedup TO {prefix}_enqueuer;
  GRANT SELECT, INSERT ON tidemark.unbroken TO {prefix}_enqueuer;
  -- Given by the first versions of this script, and used by the programs of their time: with them it could have renamed the jobs of others, and held up those that wait for a place.
  REVOKE UPDATE (name) ON tidemark.lane FROM {prefix}_enqueuer;
  REVOKE ALL ON tidemark.limit_mark FROM {prefix}_enqueuer;
END $tidemark$;
COMMIT;
