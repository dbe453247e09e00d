INSERT INTO tidemark.migration (version, name, serves) VALUES ($1, $2, $3)
