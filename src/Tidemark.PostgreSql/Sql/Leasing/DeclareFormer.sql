-- This process's own, from before the store went back: nobody beats for it any more. Another's may have its number by now.
WITH former AS (SELECT id FROM tidemark.worker WHERE id = $1 AND started_at = $2 AND NOT dead FOR UPDATE)
UPDATE tidemark.worker SET dead = true, gone = true FROM former WHERE worker.id = former.id
