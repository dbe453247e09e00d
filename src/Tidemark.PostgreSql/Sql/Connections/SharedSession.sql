-- $1 the text of a statement that another connection of ours has prepared. Seen here, both have this session of the server; a pooler that keeps
-- account of statements itself names them anew.
SELECT 1 FROM pg_prepared_statements WHERE statement = $1 AND name NOT LIKE 'PGBOUNCER%'
