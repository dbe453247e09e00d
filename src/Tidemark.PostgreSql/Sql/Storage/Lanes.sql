SELECT id, queue, name FROM tidemark.lane
