UPDATE stream SET job = ?2, ended = 0 WHERE job = ?1
