-- The limits of which a job has come, gone or moved: the next claim looks whom it may let in. A mark outlives whoever made it.
CREATE TABLE limit_mark (
  key TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO limit_mark SELECT DISTINCT limit_key FROM job WHERE limit_key IS NOT NULL;

-- By state: failed jobs rest behind the same gate for ever.
DROP INDEX job_limit;
CREATE INDEX job_limit ON job (limit_key, state, gate, rank, id) WHERE limit_key IS NOT NULL;
