
-- {version} {name}
DO $tidemark$ BEGIN
IF NOT EXISTS (SELECT FROM tidemark.migration WHERE version = {version}) THEN
{sql}
INSERT INTO tidemark.migration (version, name, serves) VALUES ({version}, '{name}', {serves});
END IF;
END $tidemark$;
