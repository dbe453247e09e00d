INSERT INTO tidemark.job_log (job, at, level, text)
SELECT $1, at, level, text FROM unnest($2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY AS line (at, level, text, place) ORDER BY place
