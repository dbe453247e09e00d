SELECT at, by, action, detail FROM (SELECT * FROM audit WHERE job = ?1 ORDER BY id DESC LIMIT ?2) ORDER BY id
