-- One row, of the time since the server last crashed. A crash empties an unlogged table, and nothing else does: whoever does not wait for the disk at each commit (ProcessCrash) sees by it
-- that what was committed last may be gone.
CREATE UNLOGGED TABLE tidemark.unbroken (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  run uuid NOT NULL DEFAULT gen_random_uuid()
);
