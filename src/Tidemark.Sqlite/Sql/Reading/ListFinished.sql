SELECT id, lane, state, priority, attempt, failures, crashes, 0, created_at, due_at, started_at, finished_at, NULL, reason, tags, parent
FROM finished
WHERE id < ?1
  AND (?2 IS NULL OR (?2 >> state) & 1)
  AND (?3 IS NULL OR lane IN (SELECT id FROM lane WHERE name = ?3))
  AND (?4 IS NULL OR lane IN (SELECT id FROM lane WHERE queue = ?4))
  AND (?5 IS NULL OR instr(tags, ?5) > 0)
ORDER BY id DESC LIMIT ?6
