UPDATE job SET state = 0, gate = ?2, reason = CASE WHEN ?3 IS NOT NULL THEN ?3 WHEN state = 2 THEN NULL ELSE reason END WHERE id = ?1
