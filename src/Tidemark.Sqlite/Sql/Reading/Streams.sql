SELECT name, done + moved, quarantined - moved, retried, repeated, total, handler_ms, ended, saved_at, breaker,
  (SELECT count(*) FROM retry_item WHERE retry_item.stream = stream.id),
  (SELECT count(*) FROM quarantine WHERE quarantine.job = stream.job AND quarantine.stream = stream.name)
FROM stream WHERE job = ?1 ORDER BY id
