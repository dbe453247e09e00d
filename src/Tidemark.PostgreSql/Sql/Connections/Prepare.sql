DO $$ BEGIN
  IF to_regnamespace(rtrim('tidemark.', '.')) IS NULL THEN EXECUTE format('CREATE SCHEMA %s', rtrim('tidemark.', '.')); END IF;
END $$;
-- Of each step, also the oldest version whose programs the schema serves from it on.
CREATE TABLE IF NOT EXISTS tidemark.migration (version integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now(), serves integer NOT NULL DEFAULT 1);
ALTER TABLE tidemark.migration ADD COLUMN IF NOT EXISTS serves integer NOT NULL DEFAULT 1;
