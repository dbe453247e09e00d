UPDATE tidemark.store SET unbroken = NULL WHERE unbroken IS NOT NULL
