INSERT INTO lane (queue, name) VALUES (?1, ?2)
