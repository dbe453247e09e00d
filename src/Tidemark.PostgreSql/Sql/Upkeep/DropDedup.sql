-- One that somebody is taking anew at this moment is his: to wait for him would be to wait in a circle, for he may go on to one of ours.
WITH free AS MATERIALIZED (SELECT name, key FROM tidemark.dedup WHERE expires <= tidemark.now_ms() LIMIT $1 FOR UPDATE SKIP LOCKED)
DELETE FROM tidemark.dedup USING free WHERE dedup.name = free.name AND dedup.key = free.key
