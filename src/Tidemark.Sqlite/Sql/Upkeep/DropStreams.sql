DELETE FROM stream WHERE job = ?1
