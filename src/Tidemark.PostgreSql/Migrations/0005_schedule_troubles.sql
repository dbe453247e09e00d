-- Every worker looks for schedules in trouble twice a minute: it reads those that are, and passes the others by.
CREATE INDEX schedule_troubled ON tidemark.schedule (name) WHERE fault IS NOT NULL OR rest IN (1, 2);
CREATE INDEX schedule_last_job ON tidemark.schedule (last_job, name) WHERE last_job IS NOT NULL;
