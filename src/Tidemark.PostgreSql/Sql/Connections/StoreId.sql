-- Last: whether this role writes jobs in any way, and whether it may know of crashes.
SELECT id::text, current_setting('server_version_num')::integer, current_setting('server_encoding'), current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
  has_function_privilege('tidemark.add_days(bigint, integer)', 'EXECUTE') AND NOT pg_is_in_recovery(),
  has_any_column_privilege('tidemark.job', 'INSERT, UPDATE') AND current_setting('transaction_read_only') = 'off',
  has_table_privilege('tidemark.unbroken', 'SELECT') AND has_table_privilege('tidemark.unbroken', 'INSERT') AND current_setting('transaction_read_only') = 'off'
FROM tidemark.store
