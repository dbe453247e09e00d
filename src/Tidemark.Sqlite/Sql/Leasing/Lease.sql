UPDATE job SET state = 1, gate = 4, fence = ?2, attempt = ?3, worker = ?4, started_at = ?5, reason = NULL WHERE id = ?1
