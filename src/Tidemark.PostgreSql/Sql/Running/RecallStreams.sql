SELECT id, name, number, cursor, fingerprint, done, quarantined, retried, shifted, total, handler_ms, ended, breaker,
  (SELECT count(*) FROM tidemark.quarantine WHERE quarantine.job = stream.job AND quarantine.stream = stream.name)
FROM tidemark.stream
WHERE job = $1 AND (EXISTS (SELECT 1 FROM tidemark.job WHERE id = $1) OR EXISTS (SELECT 1 FROM tidemark.finished WHERE id = $1 AND has_memory))
ORDER BY id
