SELECT to_regclass('tidemark.finished_' || to_char(to_timestamp(tidemark.now_ms() / 1000 + 86400) AT TIME ZONE 'UTC', 'YYYYMMDD')) IS NULL
