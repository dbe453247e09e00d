INSERT OR REPLACE INTO suspect_item (stream, key, sole_crashes) VALUES (?1, ?2, ?3)
