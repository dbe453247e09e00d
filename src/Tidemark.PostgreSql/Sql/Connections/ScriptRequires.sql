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
END $tidemark$;
-- The release before did not keep it yet.
ALTER TABLE tidemark.migration ADD COLUMN IF NOT EXISTS serves integer NOT NULL DEFAULT 1;
