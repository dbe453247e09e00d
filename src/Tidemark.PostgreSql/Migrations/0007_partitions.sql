-- Of a split stream: which visit walks which partition, and whether it has succeeded. Goes with the job, not with the visit.
CREATE TABLE tidemark.partition_visit (
  visit  bigint PRIMARY KEY,
  job    bigint NOT NULL,                -- whose stream it is
  stream text COLLATE "C" NOT NULL,
  number integer NOT NULL,               -- of the partition, from 0
  done   boolean NOT NULL DEFAULT false,
  UNIQUE (job, stream, number)
) WITH (fillfactor = 90);
