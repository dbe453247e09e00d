SELECT stream FROM quarantine WHERE id = ?1 AND job = ?2 AND (?3 IS NULL OR visit = ?3)
