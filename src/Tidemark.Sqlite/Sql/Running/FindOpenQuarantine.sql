SELECT id FROM quarantine WHERE job = ?1 AND stream = ?2 AND key = ?3 AND visit IS ?4
