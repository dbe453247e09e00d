UPDATE stream SET saved_at = ?3, ended = NOT EXISTS (SELECT 1 FROM partition_visit WHERE partition_visit.job = ?1 AND partition_visit.stream = ?2 AND partition_visit.done = 0)
WHERE job = ?1 AND name = ?2
