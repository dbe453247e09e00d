UPDATE occurrence SET job = ?3 WHERE schedule = ?1 AND at = ?2
