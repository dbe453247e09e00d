SELECT id::text, current_setting('server_version_num')::integer, current_setting('server_encoding'), current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
  has_function_privilege('tidemark.add_days(bigint, integer)', 'EXECUTE') AND NOT pg_is_in_recovery()
FROM tidemark.store
