UPDATE job SET state = 0, gate = ?2, reason = CASE state WHEN 2 THEN NULL ELSE reason END WHERE id = ?1
