DELETE FROM lock_ticket WHERE token = ?1 AND worker = ?2 RETURNING name
