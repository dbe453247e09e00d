UPDATE tidemark.stream SET cursor = NULL, fingerprint = NULL, breaker = NULL WHERE job = $1
