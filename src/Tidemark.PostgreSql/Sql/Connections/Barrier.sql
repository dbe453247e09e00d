-- A commit that has something in the log, and so is waited for at the standby.
SELECT pg_logical_emit_message(true, 'tidemark', '')
