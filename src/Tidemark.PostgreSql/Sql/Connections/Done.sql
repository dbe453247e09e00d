INSERT INTO tidemark.migration (version, name) VALUES ($1, $2)
