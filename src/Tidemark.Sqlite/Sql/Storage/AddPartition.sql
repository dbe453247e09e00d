-- What the visit of a partition has counted, to the line of the whole stream.
UPDATE stream SET done = stream.done + part.done, quarantined = stream.quarantined + part.quarantined, retried = stream.retried + part.retried,
  shifted = stream.shifted + part.shifted, total = stream.total + part.total, handler_ms = stream.handler_ms + part.handler_ms,
  failed_key = IIF(part.failed_at >= COALESCE(stream.failed_at, 0), part.failed_key, stream.failed_key),
  failed_error = IIF(part.failed_at >= COALESCE(stream.failed_at, 0), part.failed_error, stream.failed_error),
  failed_at = IIF(part.failed_at >= COALESCE(stream.failed_at, 0), part.failed_at, stream.failed_at)
FROM stream AS part
WHERE stream.job = ?1 AND stream.name = ?2 AND part.job = ?3 AND part.name = ?2
