SELECT key, sole_crashes FROM suspect_item WHERE stream = ?1 ORDER BY key
