SELECT name, reason FROM tidemark.queue WHERE paused ORDER BY name
