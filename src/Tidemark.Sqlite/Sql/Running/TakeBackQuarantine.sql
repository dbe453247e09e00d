DELETE FROM quarantine WHERE job = ?1 AND stream = ?2 AND key = ?3
