UPDATE job SET state = 1, gate = 4, fence = fence + 1, attempt = attempt + 1, worker = ?2, started_at = ?3, reason = NULL WHERE id = ?1
