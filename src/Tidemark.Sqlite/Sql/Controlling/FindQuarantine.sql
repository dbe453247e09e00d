SELECT job, key FROM quarantine WHERE id = ?1
