INSERT INTO tidemark.audit (at, by, action, schedule, detail)
SELECT tidemark.now_ms(), by, action, schedule, detail FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS told (by, action, schedule, detail)
