-- What a partition has set aside is in the quarantine of the job whose stream it is.
SELECT id, name, number, cursor, fingerprint, done, quarantined, retried, shifted, total, handler_ms, ended, breaker,
  (SELECT count(*) FROM quarantine
    WHERE quarantine.job = COALESCE((SELECT part.job FROM partition_visit AS part WHERE part.visit = ?1), ?1) AND quarantine.stream = stream.name)
FROM stream
WHERE job = ?1 AND (EXISTS (SELECT 1 FROM job WHERE id = ?1) OR EXISTS (SELECT 1 FROM finished WHERE id = ?1 AND has_memory = 1))
ORDER BY id
