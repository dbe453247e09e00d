SELECT name, reason FROM queue WHERE paused ORDER BY name
