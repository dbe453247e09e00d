-- Four roles, and what each may. By a superuser, or by a role with CREATEROLE that owns the schema; again after every upgrade of the schema.
--   {prefix}_migrator  owns the schema and changes it. Make whoever deploys one: GRANT {prefix}_migrator TO deployer; ALTER ROLE deployer SET role TO {prefix}_migrator;
--   {prefix}_worker    does everything that a service or tidemark does, but does not change the schema (Migrate = false)
--   {prefix}_enqueuer  adds jobs, also within its own transactions, and reads nothing of others
--   {prefix}_viewer    reads everything, writes nothing
-- They cannot log in: grant them to those who can.
BEGIN;
SET LOCAL client_min_messages = warning;
DO $tidemark$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['migrator', 'worker', 'enqueuer', 'viewer'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', '{prefix}_' || kind);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- roles are the whole server's: another schema has made it
    END;
  END LOOP;
  IF to_regnamespace(rtrim('tidemark.', '.')) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %s AUTHORIZATION {prefix}_migrator', rtrim('tidemark.', '.'));
  END IF;
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
  GRANT INSERT, UPDATE (name) ON tidemark.lane TO {prefix}_enqueuer;
  GRANT INSERT, SELECT (id) ON tidemark.job TO {prefix}_enqueuer;
  GRANT USAGE ON SEQUENCE tidemark.job_id TO {prefix}_enqueuer;
  GRANT SELECT, INSERT, UPDATE ON tidemark.dedup, tidemark.limit_mark TO {prefix}_enqueuer;
END $tidemark$;
COMMIT;
