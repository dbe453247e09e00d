UPDATE tidemark.schedule kept SET last_job = asked.job
FROM (SELECT schedule, max(job) AS job FROM unnest($1::text[], $2::bigint[]) AS asked (schedule, job) GROUP BY schedule) AS asked
WHERE kept.name = asked.schedule
