SELECT name, paused, reason FROM queue
