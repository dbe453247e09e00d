-- A row if no worker has joined yet since the last crash: whether one had before, and the epoch.
WITH former AS (SELECT unbroken FROM tidemark.store FOR UPDATE)
UPDATE tidemark.store SET unbroken = (SELECT run FROM tidemark.unbroken) FROM former WHERE former.unbroken IS DISTINCT FROM (SELECT run FROM tidemark.unbroken)
RETURNING former.unbroken IS NOT NULL, store.epoch
