UPDATE tidemark.quarantine SET visit = NULL WHERE visit = $1
