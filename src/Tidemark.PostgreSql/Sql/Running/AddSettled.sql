INSERT INTO tidemark.settled (stream, key) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING
