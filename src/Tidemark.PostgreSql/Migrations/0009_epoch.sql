-- serves: 9
-- Grown by whoever notices that the store went back in time: a backup was put back, or a standby took over that had not everything. Every lease from before is void.
ALTER TABLE tidemark.store ADD COLUMN epoch bigint NOT NULL DEFAULT 1, ADD COLUMN went_back_at bigint, ADD COLUMN went_back text;
