-- One of a fleet at a time: the others would ask for the same rows, and wait for each other.
SELECT pg_try_advisory_xact_lock(hashtextextended('tidemark.prune', 7468))
