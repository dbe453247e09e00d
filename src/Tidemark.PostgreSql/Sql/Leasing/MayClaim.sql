-- Shared with other claims and with its beats, not with a rescue: what is claimed before it is declared dead is seen by its rescuer.
SELECT 1 FROM tidemark.worker WHERE id = $1 AND NOT dead AND NOT retired FOR KEY SHARE
