-- Let in, and not left: open, suspect, leased. How many, and the least that one of them allows.
SELECT limit_key, count(*), min(limit_places) FROM tidemark.job WHERE limit_key = ANY ($1::text[]) AND state IN (0, 1) AND gate IN (0, 2, 4) GROUP BY limit_key
