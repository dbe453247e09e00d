SELECT min(wake_at) FROM schedule WHERE wake_at IS NOT NULL
