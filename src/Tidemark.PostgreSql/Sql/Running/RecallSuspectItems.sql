SELECT key, sole_crashes FROM tidemark.suspect_item WHERE stream = $1 ORDER BY key
