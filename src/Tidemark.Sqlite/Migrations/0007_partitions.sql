-- Of a split stream: which visit walks which partition, and whether it has succeeded. Goes with the job, not with the visit.
CREATE TABLE partition_visit (
  visit  INTEGER PRIMARY KEY,
  job    INTEGER NOT NULL,             -- whose stream it is
  stream TEXT NOT NULL,
  number INTEGER NOT NULL,             -- of the partition, from 0
  done   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (job, stream, number)
) STRICT;
