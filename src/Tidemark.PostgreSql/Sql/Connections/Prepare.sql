DO $$ BEGIN
  IF to_regnamespace(rtrim('tidemark.', '.')) IS NULL THEN EXECUTE format('CREATE SCHEMA %s', rtrim('tidemark.', '.')); END IF;
  -- Of each step, also the oldest version whose programs the schema serves from it on.
  IF to_regclass('tidemark.migration') IS NULL THEN
    CREATE TABLE tidemark.migration (version integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now(), serves integer NOT NULL DEFAULT 1);
  ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('tidemark.migration') AND attname = 'serves') THEN
    -- The first versions did not keep it. Not IF NOT EXISTS: that would wait for whoever reads the table, a dump say, and everybody for it, also where nothing is missing.
    ALTER TABLE tidemark.migration ADD COLUMN serves integer NOT NULL DEFAULT 1;
  END IF;
END $$;
