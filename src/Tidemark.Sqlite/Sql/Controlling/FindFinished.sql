SELECT lane, priority, args, tags, state, limit_key, limit_places FROM finished WHERE id = ?1
