-- Let in, and not left: open, suspect, leased. How many, and the least that one of them allows. Each in its own stretch of the index: all of a limit may be a hundred thousand who wait.
SELECT asked.key, count(*), min(job.limit_places)
FROM unnest($1::text[]) AS asked (key)
CROSS JOIN (VALUES (0, 0), (0, 2), (1, 4)) AS entered (state, gate)
CROSS JOIN LATERAL (
  SELECT limit_places FROM tidemark.job WHERE limit_key = asked.key AND job.state = entered.state AND job.gate = entered.gate OFFSET 0
) AS job
GROUP BY asked.key
