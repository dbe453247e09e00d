SELECT tidemark.add_days(tidemark.now_ms(), $1::integer)
