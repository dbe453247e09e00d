SELECT kind, until, reason FROM ask WHERE job = ?1
