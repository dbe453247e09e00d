-- By way of JSON: the column came after the first versions.
SELECT COALESCE(max(version), 0), COALESCE(max((to_jsonb(migration) ->> 'serves')::integer), 1) FROM tidemark.migration
