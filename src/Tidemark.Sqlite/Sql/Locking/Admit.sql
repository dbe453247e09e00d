UPDATE lock_ticket SET held_at = ?2 WHERE token = ?1 RETURNING worker, call
