-- At most so many jobs of a key at a time. The row says it; who has a place is counted in the index, and who waits for one stands in it by rank.
ALTER TABLE job ADD COLUMN limit_key TEXT;
ALTER TABLE job ADD COLUMN limit_places INTEGER CHECK (limit_places > 0);
ALTER TABLE finished ADD COLUMN limit_key TEXT;      -- for the replay of its quarantine
ALTER TABLE finished ADD COLUMN limit_places INTEGER;

CREATE INDEX job_limit ON job (limit_key, gate, rank) WHERE limit_key IS NOT NULL;
