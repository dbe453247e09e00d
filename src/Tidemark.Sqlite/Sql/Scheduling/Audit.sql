INSERT INTO audit (at, by, action, schedule, detail) VALUES (?1, ?2, ?3, ?4, ?5)
