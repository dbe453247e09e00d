-- Open, suspect, leased: let in, and not left.
SELECT count(*) FROM job WHERE limit_key = ?1 AND gate IN (0, 2, 4)
