UPDATE quarantine SET visit = NULL WHERE visit = ?1
