SELECT name FROM queue WHERE paused = 1
