UPDATE tidemark.job SET gate = CASE WHEN suspect THEN 2 ELSE 0 END, reason = NULL WHERE id = ANY ($1)
