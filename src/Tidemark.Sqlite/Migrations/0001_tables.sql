-- Live rows and finished rows are apart, so that the table under claims stays small however long the history grows.
-- Instants are UTC milliseconds since 1970; enumerations are the numbers of the engine's enums.

CREATE TABLE lane (                    -- a queue and a job name that have met: claims go by lane
  id    INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  name  TEXT NOT NULL,
  UNIQUE (queue, name)
) STRICT;

CREATE TABLE queue (
  name   TEXT PRIMARY KEY,
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  reason TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  host       TEXT NOT NULL,
  pid        INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  lease_ms   INTEGER NOT NULL,
  job_names  TEXT NOT NULL,            -- JSON array
  queues     TEXT NOT NULL,            -- JSON array
  retired    INTEGER NOT NULL DEFAULT 0,
  dead       INTEGER NOT NULL DEFAULT 0,
  sole_suspect INTEGER                 -- judged once, when it was declared dead
) STRICT;

-- No lease column and no index on what a claim changes, but for the row's leaving of job_open: the worker carries the lease.
CREATE TABLE job (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  lane       INTEGER NOT NULL REFERENCES lane (id),
  state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
  gate       INTEGER NOT NULL CHECK (gate BETWEEN 0 AND 4),
  rank       INTEGER NOT NULL,
  due_at     INTEGER,
  priority   INTEGER NOT NULL,
  fence      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  failures   INTEGER NOT NULL,
  crashes    INTEGER NOT NULL,
  suspect    INTEGER NOT NULL,
  worker     INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  args       BLOB NOT NULL,
  tags       TEXT,
  parent     INTEGER,
  visit_kind INTEGER,
  visit_stream TEXT,
  dedup_key  TEXT,
  has_memory INTEGER NOT NULL,
  keeps_memory INTEGER NOT NULL DEFAULT 0,  -- for an heir, as its last settlement said
  reason     TEXT,
  error      TEXT,
  result     BLOB,
  CHECK ((state = 1) = (worker IS NOT NULL)),
  CHECK ((state = 1) = (gate = 4))
) STRICT;

CREATE INDEX job_open ON job (lane, rank) WHERE gate = 0;       -- what a claim may take, in its order
CREATE INDEX job_due ON job (due_at) WHERE gate = 1;            -- what waits for its time
CREATE INDEX job_suspect ON job (lane, rank) WHERE gate = 2;
CREATE INDEX job_parent ON job (parent) WHERE parent IS NOT NULL;

CREATE TABLE finished (
  id         INTEGER PRIMARY KEY,
  lane       INTEGER NOT NULL,
  state      INTEGER NOT NULL CHECK (state IN (4, 5)),
  due_at     INTEGER,
  priority   INTEGER NOT NULL,
  fence      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  failures   INTEGER NOT NULL,
  crashes    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER NOT NULL,
  args       BLOB NOT NULL,
  tags       TEXT,
  parent     INTEGER,
  visit_kind INTEGER,
  visit_stream TEXT,
  has_memory INTEGER NOT NULL,         -- its steps and streams are still needed
  keeps_memory INTEGER NOT NULL DEFAULT 0,  -- for an heir, who has not come yet
  reason     TEXT,
  error      TEXT,
  result     BLOB
) STRICT;

CREATE INDEX finished_parent ON finished (parent) WHERE parent IS NOT NULL;

CREATE TABLE ask (                     -- what is asked of a running attempt
  job    INTEGER PRIMARY KEY,
  kind   INTEGER NOT NULL,
  until  INTEGER,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE dedup (
  name    TEXT NOT NULL,
  key     TEXT NOT NULL,
  job     INTEGER NOT NULL,
  hash    TEXT NOT NULL,
  scope   INTEGER NOT NULL,
  expires INTEGER,
  PRIMARY KEY (name, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX dedup_expires ON dedup (expires) WHERE expires IS NOT NULL;

CREATE TABLE step (
  id      INTEGER PRIMARY KEY,         -- the order of the first saves
  job     INTEGER NOT NULL,
  name    TEXT NOT NULL,
  result  BLOB NOT NULL,
  expires INTEGER,
  UNIQUE (job, name)
) STRICT;

CREATE TABLE stream (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  job         INTEGER NOT NULL,
  name        TEXT NOT NULL,
  number      INTEGER NOT NULL,        -- of the last save: the write's token
  cursor      BLOB,
  fingerprint TEXT,
  done        INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  retried     INTEGER NOT NULL,
  shifted    INTEGER NOT NULL,
  total       INTEGER,
  handler_ms  INTEGER NOT NULL,
  moved       INTEGER NOT NULL DEFAULT 0,  -- from quarantined to done by replay visits, beside the counters, so that a running parent cannot overwrite it
  ended       INTEGER NOT NULL,
  saved_at    INTEGER NOT NULL,
  breaker     TEXT,                    -- JSON
  pace_items  INTEGER,                 -- settled within a recent window, and its length; the same of its newer half
  pace_ms     INTEGER,
  newer_items INTEGER,
  newer_ms    INTEGER,
  failed_key  TEXT,                    -- the last item that failed, whatever became of it
  failed_error TEXT,
  failed_at   INTEGER,
  UNIQUE (job, name)
) STRICT;

CREATE TABLE settled (                 -- keys ahead of the cursor, or all keys of a source kept by key
  stream INTEGER NOT NULL,
  key    TEXT NOT NULL,
  PRIMARY KEY (stream, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE retry_item (
  stream   INTEGER NOT NULL,
  key      TEXT NOT NULL,
  payload  BLOB NOT NULL,
  failures INTEGER NOT NULL,
  due_at   INTEGER NOT NULL,
  error    TEXT NOT NULL,
  PRIMARY KEY (stream, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE suspect_item (
  stream       INTEGER NOT NULL,
  key          TEXT NOT NULL,
  sole_crashes INTEGER NOT NULL,
  PRIMARY KEY (stream, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  job      INTEGER NOT NULL,
  stream   TEXT NOT NULL,
  key      TEXT NOT NULL,
  payload  BLOB NOT NULL,
  failures INTEGER NOT NULL,
  error    TEXT NOT NULL,
  at       INTEGER NOT NULL,
  visit    INTEGER,                    -- the child job that replays it now
  UNIQUE (job, stream, key)
) STRICT;

CREATE INDEX quarantine_visit ON quarantine (visit) WHERE visit IS NOT NULL;

CREATE TABLE interruption (
  id         INTEGER PRIMARY KEY,
  job        INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  cause      INTEGER NOT NULL,
  cost_items INTEGER NOT NULL,
  cost_ms    INTEGER NOT NULL,
  exact      INTEGER NOT NULL,
  detail     TEXT NOT NULL,
  until      INTEGER                   -- of a park: when the job is due again
) STRICT;

CREATE INDEX interruption_job ON interruption (job);

CREATE TABLE job_log (
  id    INTEGER PRIMARY KEY,
  job   INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  level TEXT NOT NULL,
  text  TEXT NOT NULL
) STRICT;

CREATE INDEX job_log_job ON job_log (job);

CREATE TABLE audit (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL,
  action TEXT NOT NULL,
  job    INTEGER,
  queue  TEXT,
  detail TEXT
) STRICT;

CREATE INDEX audit_job ON audit (job) WHERE job IS NOT NULL;
