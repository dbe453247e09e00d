-- Not waited for on the disk: of what it hints at, the commit is known already.
SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, '')
