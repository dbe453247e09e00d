DELETE FROM lock_ticket WHERE worker = ?1 RETURNING name
