-- What is judged was read before: it must still be so. No claim of this worker is under way once the lock is held.
SELECT dead, gone, sole_suspect FROM tidemark.worker WHERE id = $1 AND (dead OR $2 OR tidemark.now_ms() - beat_at > $3) FOR UPDATE
