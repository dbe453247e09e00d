-- Open, suspect, leased: let in, and not left.
SELECT limit_key, count(*) FROM tidemark.job WHERE limit_key = ANY($1::text[]) AND gate IN (0, 2, 4) GROUP BY limit_key
