SELECT lane, priority, args, tags, state FROM tidemark.finished WHERE id = $1 FOR UPDATE
