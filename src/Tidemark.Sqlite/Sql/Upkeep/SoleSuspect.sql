SELECT sole_suspect FROM worker WHERE id = ?1
