-- True if there is memory that only need keeps.
SELECT has_memory = 1 AND keeps_memory = 0 FROM finished WHERE id = ?1
