DELETE FROM limit_mark WHERE key = ?1
