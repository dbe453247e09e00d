-- A worker that holds nothing and writes nothing beats seldom: nobody waits for anything if it dies, and its silence means nothing before its lease is over.
ALTER TABLE tidemark.worker ADD COLUMN resting boolean NOT NULL DEFAULT false;
