-- Plain checkpoints, many at once: those that hold their lease, follow their stream's last number and change nothing about the job itself. The others are not
-- among the answers. The job's row is locked until the write is through: nobody takes the job away in between.
WITH asked AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
    $11::bigint[], $12::bigint[], $13::boolean[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[], $20::text[], $21::bigint[], $22::boolean[])
    WITH ORDINALITY AS asked (job, fence, name, number, cursor, fingerprint, done, quarantined, retried, shifted,
      total, handler_ms, ended, breaker, pace_items, pace_ms, newer_items, newer_ms, failed_key, failed_error, failed_at, progress, place)
), held AS (
  -- One by one in the order in which they come, which is that of the jobs.
  SELECT asked.* FROM asked CROSS JOIN LATERAL (
    SELECT FROM tidemark.job
    WHERE job.id = asked.job AND job.fence = asked.fence AND job.state = 1 AND job.has_memory AND NOT (asked.progress AND (job.crashes > 0 OR job.suspect)) FOR NO KEY UPDATE
  ) AS job
), saved AS (
  UPDATE tidemark.stream SET number = asked.number, cursor = asked.cursor, fingerprint = asked.fingerprint, done = asked.done, quarantined = asked.quarantined,
    retried = asked.retried, shifted = asked.shifted, total = asked.total, handler_ms = asked.handler_ms, ended = asked.ended, saved_at = (SELECT tidemark.now_ms()), breaker = asked.breaker,
    pace_items = COALESCE(asked.pace_items, stream.pace_items), pace_ms = COALESCE(asked.pace_ms, stream.pace_ms),
    newer_items = COALESCE(asked.newer_items, stream.newer_items), newer_ms = COALESCE(asked.newer_ms, stream.newer_ms), failed_key = COALESCE(asked.failed_key, stream.failed_key),
    failed_error = COALESCE(asked.failed_error, stream.failed_error), failed_at = COALESCE(asked.failed_at, stream.failed_at)
  FROM held AS asked
  -- ANY, because two columns that are equal could be merged, by reading all streams there are in the order of their index.
  WHERE stream.job = ANY(ARRAY[asked.job]) AND stream.name = asked.name AND stream.number = asked.number - 1
  RETURNING asked.place, asked.job
)
SELECT saved.place, ask.kind, ask.until, ask.reason FROM saved LEFT JOIN LATERAL (SELECT kind, until, reason FROM tidemark.ask WHERE ask.job = saved.job OFFSET 0) AS ask ON true
