-- What the visit of a partition has counted, to the line of the whole stream.
UPDATE tidemark.stream SET done = stream.done + part.done, quarantined = stream.quarantined + part.quarantined, retried = stream.retried + part.retried,
  shifted = stream.shifted + part.shifted, total = stream.total + part.total, handler_ms = stream.handler_ms + part.handler_ms,
  failed_key = CASE WHEN part.failed_at >= COALESCE(stream.failed_at, 0) THEN part.failed_key ELSE stream.failed_key END,
  failed_error = CASE WHEN part.failed_at >= COALESCE(stream.failed_at, 0) THEN part.failed_error ELSE stream.failed_error END,
  failed_at = CASE WHEN part.failed_at >= COALESCE(stream.failed_at, 0) THEN part.failed_at ELSE stream.failed_at END
FROM tidemark.stream AS part
WHERE stream.job = $1 AND stream.name = $2 AND part.job = $3 AND part.name = $2
