-- Schedules: the store knows no rule, it keeps rows and finds those whose time has come.

CREATE TABLE tidemark.schedule (
  name     text COLLATE "C" PRIMARY KEY,
  version  bigint NOT NULL CHECK (version > 0),
  owner    text COLLATE "C" NOT NULL,
  terms    text NOT NULL,                -- JSON: rule, job, policies; text, because it is compared as it was written
  args     bytea NOT NULL,
  state    text NOT NULL,                -- JSON: what has happened since
  wake_at  bigint,
  rest     smallint NOT NULL CHECK (rest BETWEEN 0 AND 3),
  fault    text,
  last_job bigint
) WITH (fillfactor = 70);

CREATE INDEX schedule_wake ON tidemark.schedule (wake_at, name) WHERE wake_at IS NOT NULL;
CREATE INDEX schedule_owner ON tidemark.schedule (owner, name);

CREATE TABLE tidemark.occurrence (       -- that was given its job: never a second one
  schedule    text COLLATE "C" NOT NULL,
  at          bigint NOT NULL,
  kind        smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
  job         bigint NOT NULL,
  enqueued_at bigint NOT NULL,
  PRIMARY KEY (schedule, at)
);

ALTER TABLE tidemark.audit ADD COLUMN schedule text COLLATE "C";
CREATE INDEX audit_schedule ON tidemark.audit (schedule) WHERE schedule IS NOT NULL;
