-- Not waited for on the disk: a beat that a crash of the server takes back was one of many. It answers what tells this server and its past from another's:
-- how many beats the row had before, how far the log is written, and how far it is on the disk.
WITH hurried AS (SELECT set_config('synchronous_commit', 'off', true)), former AS (SELECT beats FROM tidemark.worker WHERE id = $1)
UPDATE tidemark.worker SET beat_at = tidemark.now_ms(), beats = beats + 1, draining = $2 OR retired, running = $3, backend = $4, backend_start = $5, resting = $7
FROM hurried WHERE id = $1 AND started_at = $6 AND NOT dead
RETURNING (SELECT epoch FROM tidemark.store), pg_postmaster_start_time(), worker.tableoid::bigint, (SELECT beats FROM former), worker.beats,
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint
