-- Takes no row, but a standby refuses it, and a role that may not write.
UPDATE tidemark.store SET id = id WHERE false
