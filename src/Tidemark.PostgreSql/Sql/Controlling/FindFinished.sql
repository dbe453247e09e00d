SELECT lane, priority, args, tags, state, limit_key, limit_places FROM tidemark.finished WHERE id = $1 FOR UPDATE
