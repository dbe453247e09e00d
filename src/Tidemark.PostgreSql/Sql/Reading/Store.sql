SELECT tidemark.now_ms(), current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'),
  (SELECT max(version) FROM tidemark.migration)
