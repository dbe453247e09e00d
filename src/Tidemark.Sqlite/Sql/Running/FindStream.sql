SELECT id, number FROM stream WHERE job = ?1 AND name = ?2
