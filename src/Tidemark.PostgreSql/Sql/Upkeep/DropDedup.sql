-- Asked twice: one that was taken anew while this waited for it is no longer what was found.
DELETE FROM tidemark.dedup WHERE (name, key) IN (SELECT name, key FROM tidemark.dedup WHERE expires <= tidemark.now_ms() LIMIT $1)
  AND expires <= tidemark.now_ms()
