-- True if there is memory that only need keeps. Locked: whoever asks next waits for what becomes of it.
SELECT has_memory AND NOT keeps_memory FROM tidemark.finished WHERE id = $1 FOR UPDATE
