-- Everything up to here is decided: an instant after now says that a clock was ahead, and that nothing runs until then.
ALTER TABLE tidemark.schedule ADD COLUMN decided_until bigint;
CREATE INDEX schedule_decided ON tidemark.schedule (decided_until, name) WHERE decided_until IS NOT NULL;
