-- No row on a standby: it says nothing of what can be written. What is flushed outlives a crash of the server; what is only written does not.
-- Then: whether rows are seen as they are now, and not as they were when somebody's transaction began. Last: which store it is, and whether this role may look at the workers' rows, and at what tells of a crash.
SELECT (SELECT system_identifier FROM pg_control_system())::text, ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint,
  pg_postmaster_start_time(), 'tidemark.worker'::regclass::oid::bigint, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint,
  current_setting('synchronous_standby_names') <> '' AND current_setting('synchronous_commit') NOT IN ('off', 'local'), (SELECT epoch FROM tidemark.store),
  current_setting('transaction_isolation') IN ('read committed', 'read uncommitted'), (SELECT id FROM tidemark.store)::text, has_table_privilege('tidemark.worker', 'SELECT'), has_table_privilege('tidemark.unbroken', 'SELECT')
WHERE NOT pg_is_in_recovery()
