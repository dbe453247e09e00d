SELECT id, fence, suspect FROM job WHERE worker = ?1 AND state = 1 ORDER BY id
