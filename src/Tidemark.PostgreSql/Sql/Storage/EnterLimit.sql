SELECT pg_advisory_xact_lock(hashtextextended('tidemark.' || 'limit:' || $1, 0))
