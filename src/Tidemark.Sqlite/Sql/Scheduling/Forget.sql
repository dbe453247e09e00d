DELETE FROM occurrence WHERE schedule = ?1 AND at < ?2
