SELECT at, by, action, detail FROM (SELECT id, at, by, action, detail FROM audit WHERE schedule = ?1 ORDER BY id DESC LIMIT ?2) ORDER BY id
