-- Who changes a line does so alone: a number is drawn, and the next are admitted, in one order. To the end of the transaction, so that a pooler may stand between.
SELECT pg_advisory_xact_lock(hashtextextended(replace('tidemark.', '"', '') || 'lock:' || $1, 0))
