DELETE FROM lock_ticket WHERE token = ?1 RETURNING name
