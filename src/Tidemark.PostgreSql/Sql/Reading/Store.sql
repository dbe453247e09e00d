SELECT tidemark.now_ms(), current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'),
  (SELECT max(version) FROM tidemark.migration), current_setting('synchronous_commit') <> 'local' AND current_setting('synchronous_standby_names') <> '', (SELECT epoch FROM tidemark.store),
  (SELECT unbroken IS NOT NULL FROM tidemark.store)
