-- Everything up to here is decided: an instant after now says that a clock was ahead, and that nothing runs until then.
ALTER TABLE schedule ADD COLUMN decided_until INTEGER;
CREATE INDEX schedule_decided ON schedule (decided_until, name) WHERE decided_until IS NOT NULL;
