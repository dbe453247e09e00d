INSERT INTO tidemark.audit (at, by, action, job, queue, detail) VALUES (tidemark.now_ms(), $1, $2, $3, $4, $5)
