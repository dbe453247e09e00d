-- This process's own, from before the store went back: nobody beats for it any more. Another's may have its number by now.
UPDATE tidemark.worker SET dead = true, gone = true WHERE id = $1 AND started_at = $2 AND NOT dead
