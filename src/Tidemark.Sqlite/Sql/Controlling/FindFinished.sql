SELECT lane, priority, args, tags, state FROM finished WHERE id = ?1
