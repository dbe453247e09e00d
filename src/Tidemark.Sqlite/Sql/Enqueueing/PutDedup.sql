INSERT OR REPLACE INTO dedup (name, key, job, hash, scope, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
