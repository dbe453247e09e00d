-- At most so many jobs of a key at a time. The row says it; who has a place is counted in the index, and who waits for one stands in it by rank.
ALTER TABLE tidemark.job ADD COLUMN limit_key text COLLATE "C", ADD COLUMN limit_places bigint CHECK (limit_places > 0);
ALTER TABLE tidemark.finished ADD COLUMN limit_key text COLLATE "C", ADD COLUMN limit_places bigint; -- for the replay of its quarantine

CREATE INDEX job_limit ON tidemark.job (limit_key, gate, rank, id) WHERE limit_key IS NOT NULL;
