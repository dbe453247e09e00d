-- Last: whether this role may write jobs, and whether it may know of crashes.
SELECT id::text, current_setting('server_version_num')::integer, current_setting('server_encoding'), current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
  has_function_privilege('tidemark.add_days(bigint, integer)', 'EXECUTE') AND NOT pg_is_in_recovery(),
  has_table_privilege('tidemark.job', 'INSERT'), has_table_privilege('tidemark.unbroken', 'SELECT') AND has_table_privilege('tidemark.unbroken', 'INSERT')
FROM tidemark.store
