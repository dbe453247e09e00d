-- Grown by whoever notices that the store went back in time: a backup was put back, or a standby took over that had not everything. Every lease from before is void.
ALTER TABLE tidemark.store ADD COLUMN epoch bigint NOT NULL DEFAULT 1, ADD COLUMN went_back_at bigint, ADD COLUMN went_back text;
-- What a worker knows of its own row, and a copy from before does not.
ALTER TABLE tidemark.worker ADD COLUMN beats bigint NOT NULL DEFAULT 0;
