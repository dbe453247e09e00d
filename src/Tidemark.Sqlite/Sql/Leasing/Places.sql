-- Let in, and not left: open, suspect, leased. How many, and the least that one of them allows.
SELECT count(*), min(limit_places) FROM job WHERE limit_key = ?1 AND state IN (0, 1) AND gate IN (0, 2, 4)
