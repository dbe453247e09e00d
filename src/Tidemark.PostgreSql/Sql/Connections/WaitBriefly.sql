-- To the end of the transaction. Whoever waits for a table is waited for by all who come after it.
SELECT set_config('lock_timeout', $1::text, true)
