INSERT OR REPLACE INTO ask (job, kind, until, reason) VALUES (?1, ?2, ?3, ?4)
