UPDATE tidemark.occurrence kept SET job = asked.job
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked (schedule, at, job)
WHERE kept.schedule = asked.schedule AND kept.at = asked.at
