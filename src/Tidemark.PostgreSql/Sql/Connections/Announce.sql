-- By the first who noticed: whoever comes second finds it done.
UPDATE tidemark.store SET epoch = $1 + 1, went_back_at = tidemark.now_ms(), went_back = $2 WHERE epoch <= $1 RETURNING epoch
