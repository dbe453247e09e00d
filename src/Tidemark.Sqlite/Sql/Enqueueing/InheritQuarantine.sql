UPDATE quarantine SET job = ?2 WHERE job = ?1
