SELECT id FROM job WHERE parent = ?1 UNION ALL SELECT id FROM finished WHERE parent = ?1 ORDER BY id
