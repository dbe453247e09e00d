-- Numbers that were given out in what is lost are not given again: jobs', lanes' and workers', and the tokens that resources outside remember.
SELECT setval(counter, nextval(counter) + 1000000) FROM (VALUES
  ('tidemark.job_id'::regclass), (pg_get_serial_sequence('tidemark.lane', 'id')::regclass), (pg_get_serial_sequence('tidemark.worker', 'id')::regclass), (pg_get_serial_sequence('tidemark.lock_ticket', 'token')::regclass),
  (pg_get_serial_sequence('tidemark.quarantine', 'id')::regclass)) AS counters (counter)
