INSERT INTO audit (at, by, action, job, queue, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
