SELECT to_regclass('tidemark.migration') IS NOT NULL
