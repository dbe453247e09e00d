-- Schedules: the store knows no rule, it keeps rows and finds those whose time has come.

CREATE TABLE schedule (
  name     TEXT PRIMARY KEY,
  version  INTEGER NOT NULL CHECK (version > 0),
  owner    TEXT NOT NULL,
  terms    TEXT NOT NULL,              -- JSON: rule, job, policies
  args     BLOB NOT NULL,
  state    TEXT NOT NULL,              -- JSON: what has happened since
  wake_at  INTEGER,
  rest     INTEGER NOT NULL CHECK (rest BETWEEN 0 AND 3),
  fault    TEXT,
  last_job INTEGER
) STRICT;

CREATE INDEX schedule_wake ON schedule (wake_at, name) WHERE wake_at IS NOT NULL;
CREATE INDEX schedule_owner ON schedule (owner, name);

CREATE TABLE occurrence (              -- that was given its job: never a second one
  schedule    TEXT NOT NULL,
  at          INTEGER NOT NULL,
  kind        INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
  job         INTEGER NOT NULL,
  enqueued_at INTEGER NOT NULL,
  PRIMARY KEY (schedule, at)
) STRICT, WITHOUT ROWID;

ALTER TABLE audit ADD COLUMN schedule TEXT;
CREATE INDEX audit_schedule ON audit (schedule) WHERE schedule IS NOT NULL;
