-- One row, of the time since the server last crashed. A crash empties an unlogged table, and a copy that is started comes without: whoever does not wait for the disk at each commit
-- (ProcessCrash) sees by it that what was committed last may be gone.
CREATE UNLOGGED TABLE tidemark.unbroken (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  run uuid NOT NULL DEFAULT gen_random_uuid()
);
-- In which of these times the worker that joined last did so; null: it waits for the disk, or there was none.
ALTER TABLE tidemark.store ADD COLUMN unbroken uuid;
