DO $tidemark$
DECLARE
  found integer := 0;
BEGIN
  IF to_regclass('tidemark.migration') IS NOT NULL THEN
    SELECT COALESCE(max(version), 0) INTO found FROM tidemark.migration;
  END IF;
  IF found < {version} THEN
    RAISE EXCEPTION 'This script begins at version {version}, and the schema is at version %. Apply the one that begins there.', found;
  END IF;
  -- The first versions did not keep it.
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('tidemark.migration') AND attname = 'serves') THEN
    ALTER TABLE tidemark.migration ADD COLUMN serves integer NOT NULL DEFAULT 1;
  END IF;
END $tidemark$;
