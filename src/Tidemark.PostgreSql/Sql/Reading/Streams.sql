SELECT name, done + moved, quarantined - moved, retried, shifted, total, handler_ms, ended, saved_at, breaker,
  (SELECT count(*) FROM tidemark.retry_item WHERE retry_item.stream = stream.id),
  (SELECT count(*) FROM tidemark.quarantine WHERE quarantine.job = stream.job AND quarantine.stream = stream.name),
  pace_items, pace_ms, newer_items, newer_ms, failed_key, failed_error, failed_at
FROM tidemark.stream WHERE job = $1 ORDER BY id
