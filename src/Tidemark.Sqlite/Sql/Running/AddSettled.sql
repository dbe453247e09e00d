INSERT OR IGNORE INTO settled (stream, key) VALUES (?1, ?2)
