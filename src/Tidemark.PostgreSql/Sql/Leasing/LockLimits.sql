-- The keys of what is due, as far as nobody else is at them: places are counted after their locks are had. To the end of the transaction, so that a pooler may stand between.
SELECT limit_key FROM (
  SELECT DISTINCT limit_key FROM (
    SELECT limit_key FROM tidemark.job WHERE gate = 1 AND due_at <= tidemark.now_ms() AND limit_key IS NOT NULL ORDER BY due_at, id LIMIT $1
  ) AS due
) AS key
WHERE pg_try_advisory_xact_lock(hashtextextended('tidemark.' || 'limit:' || limit_key, 0))
