-- $1 milliseconds, $2 the server's process as the driver was told: a pooler tells a number of its own making, and behind it the setting would be left to others. Answers whether it is the server's.
SELECT pg_backend_pid() = $2, (SELECT set_config('idle_in_transaction_session_timeout', $1::text, false)
  FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout' AND (setting = '0' OR setting::bigint > $1) AND pg_backend_pid() = $2)
