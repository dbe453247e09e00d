-- The limits of which a job has come, gone or moved: the next claim looks whom it may let in. A mark outlives whoever made it.
CREATE TABLE tidemark.limit_mark (
  key text COLLATE "C" PRIMARY KEY
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

INSERT INTO tidemark.limit_mark SELECT DISTINCT limit_key FROM tidemark.job WHERE limit_key IS NOT NULL;

-- By state: failed jobs rest behind the same gate for ever.
DROP INDEX tidemark.job_limit;
CREATE INDEX job_limit ON tidemark.job (limit_key, state, gate, rank, id) WHERE limit_key IS NOT NULL;
