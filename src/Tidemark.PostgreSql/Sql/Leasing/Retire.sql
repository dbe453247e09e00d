-- Not shared with a claim: what is claimed before is seen by whoever asks after it.
WITH mine AS (SELECT id FROM tidemark.worker WHERE id = $1 AND NOT dead FOR UPDATE)
UPDATE tidemark.worker SET retired = true, draining = true FROM mine WHERE worker.id = mine.id
