UPDATE stream SET moved = moved + 1 WHERE job = ?1 AND name = ?2
