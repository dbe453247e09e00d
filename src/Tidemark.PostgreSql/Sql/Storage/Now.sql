SELECT tidemark.now_ms()
