UPDATE tidemark.job SET crashes = CASE WHEN $2 THEN 0 ELSE crashes END, suspect = $3 WHERE id = $1
