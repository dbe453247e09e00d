DELETE FROM tidemark.occurrence kept USING unnest($1::text[], $2::bigint[]) AS asked (schedule, before)
WHERE kept.schedule = asked.schedule AND kept.at < asked.before
