UPDATE quarantine SET visit = ?2 WHERE id = ?1 AND visit IS NULL
