-- Until the migrating transaction ends, whatever way it does: a pooler cannot hand it to somebody else.
SELECT pg_advisory_xact_lock(hashtextextended($1, 7468))
