SELECT key FROM limit_mark ORDER BY key LIMIT ?1
