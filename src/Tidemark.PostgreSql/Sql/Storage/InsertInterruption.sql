INSERT INTO tidemark.interruption (job, attempt, at, cause, cost_items, cost_ms, exact, detail, until)
VALUES ($1, $2, tidemark.now_ms(), $3, $4, $5, $6, $7, $8)
