SELECT DISTINCT stream FROM quarantine WHERE job = ?1 AND visit IS NULL AND (?2 IS NULL OR stream = ?2) ORDER BY stream
