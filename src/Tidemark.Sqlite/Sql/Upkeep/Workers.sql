SELECT id, name, lease_ms, dead, sole_suspect, retired FROM worker WHERE id <> ?1 ORDER BY id
