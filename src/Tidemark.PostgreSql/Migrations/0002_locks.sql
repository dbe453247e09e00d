-- A ticket is a place in the line of a lock, and its number the fencing token. The line is locked before a number is drawn: its order is that of the commits.
CREATE TABLE tidemark.lock_ticket (
  token    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name     text COLLATE "C" NOT NULL,
  worker   bigint NOT NULL,              -- goes with this worker's row
  call     bigint NOT NULL,              -- after a lost answer the ticket is found by it
  places   bigint NOT NULL CHECK (places > 0),
  owner    text,
  asked_at bigint NOT NULL,
  held_at  bigint                        -- NULL: it waits
);

CREATE INDEX lock_ticket_name ON tidemark.lock_ticket (name, token);
CREATE UNIQUE INDEX lock_ticket_worker ON tidemark.lock_ticket (worker, call);
