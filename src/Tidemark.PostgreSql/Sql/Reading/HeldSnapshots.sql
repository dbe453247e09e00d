-- Whatever keeps dead rows from being cleared away for longer than so many seconds, the oldest first. What another role's session does is told as far as it may be seen.
SELECT 'session ' || pid || COALESCE(' (' || NULLIF(application_name, '') || ')', ''), extract(epoch FROM now() - xact_start)::bigint
FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND xact_start < now() - make_interval(secs => $1) AND pid <> pg_backend_pid()
UNION ALL
SELECT 'prepared transaction ' || gid, extract(epoch FROM now() - prepared)::bigint FROM pg_prepared_xacts WHERE prepared < now() - make_interval(secs => $1)
ORDER BY 2 DESC LIMIT 5
