SELECT at, by, action, detail FROM (SELECT id, at, by, action, detail FROM tidemark.audit WHERE schedule = $1 ORDER BY id DESC LIMIT $2) AS newest ORDER BY id
