SELECT at, by, action, detail FROM (SELECT * FROM tidemark.audit WHERE job = $1 ORDER BY id DESC LIMIT $2) AS newest ORDER BY id
