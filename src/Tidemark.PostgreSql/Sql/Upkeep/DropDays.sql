SELECT tidemark.drop_days(tidemark.now_ms() - $1)
