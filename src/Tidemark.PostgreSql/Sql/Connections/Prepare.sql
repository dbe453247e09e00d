DO $$ BEGIN
  IF to_regnamespace(rtrim('tidemark.', '.')) IS NULL THEN EXECUTE format('CREATE SCHEMA %s', rtrim('tidemark.', '.')); END IF;
END $$;
CREATE TABLE IF NOT EXISTS tidemark.migration (version integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now());
