-- $1: the server's process, as the driver was told: behind a pooler the setting would be left to others.
SELECT set_config('default_transaction_isolation', 'read committed', false)
WHERE pg_backend_pid() = $1 AND current_setting('default_transaction_isolation') NOT IN ('read committed', 'read uncommitted')
