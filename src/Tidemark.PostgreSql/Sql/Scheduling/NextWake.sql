SELECT tidemark.now_ms(), (SELECT min(wake_at) FROM tidemark.schedule WHERE wake_at IS NOT NULL)
