-- A ticket is a place in the line of a lock, and its number the fencing token: AUTOINCREMENT, for a number must never come again.
CREATE TABLE lock_ticket (
  token    INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT NOT NULL,
  worker   INTEGER NOT NULL,           -- goes with this worker's row
  call     INTEGER NOT NULL,           -- after a lost answer the ticket is found by it
  places   INTEGER NOT NULL CHECK (places > 0),
  owner    TEXT,
  asked_at INTEGER NOT NULL,
  held_at  INTEGER                     -- NULL: it waits
) STRICT;

CREATE INDEX lock_ticket_name ON lock_ticket (name, token);
CREATE UNIQUE INDEX lock_ticket_worker ON lock_ticket (worker, call);
