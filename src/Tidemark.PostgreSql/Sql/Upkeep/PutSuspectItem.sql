INSERT INTO tidemark.suspect_item (stream, key, sole_crashes) VALUES ($1, $2, $3)
ON CONFLICT (stream, key) DO UPDATE SET sole_crashes = suspect_item.sole_crashes + excluded.sole_crashes RETURNING sole_crashes
