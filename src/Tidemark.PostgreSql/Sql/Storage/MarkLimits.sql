-- In the order of their keys. One that is there is locked all the same: who looks at this limit now must not clear the mark before we have committed.
INSERT INTO tidemark.limit_mark (key) SELECT key FROM unnest($1::text[]) WITH ORDINALITY AS asked (key, place) ORDER BY place
ON CONFLICT (key) DO UPDATE SET key = excluded.key
