-- A row that is not there was buried after a silence, unless its number has not been given out yet.
SELECT asked.id, worker.started_at, worker.beats, asked.id <= coalesce(pg_sequence_last_value(pg_get_serial_sequence('tidemark.worker', 'id')::regclass), 0)
FROM unnest($1::bigint[]) AS asked (id) LEFT JOIN tidemark.worker ON worker.id = asked.id
