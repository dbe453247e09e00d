SELECT id, name, number, cursor, fingerprint, done, quarantined, retried, shifted, total, handler_ms, ended, breaker,
  (SELECT count(*) FROM quarantine WHERE quarantine.job = stream.job AND quarantine.stream = stream.name)
FROM stream
WHERE job = ?1 AND (EXISTS (SELECT 1 FROM job WHERE id = ?1) OR EXISTS (SELECT 1 FROM finished WHERE id = ?1 AND has_memory = 1))
ORDER BY id
