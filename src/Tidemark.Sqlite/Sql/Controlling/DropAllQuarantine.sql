DELETE FROM quarantine WHERE job = ?1
