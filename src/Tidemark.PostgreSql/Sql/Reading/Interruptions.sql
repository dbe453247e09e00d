SELECT attempt, at, cause, cost_items, cost_ms, exact, detail, until
FROM (SELECT * FROM tidemark.interruption WHERE job = $1 ORDER BY id DESC LIMIT $2) AS newest ORDER BY id
