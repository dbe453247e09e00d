SELECT name, paused, reason FROM tidemark.queue
