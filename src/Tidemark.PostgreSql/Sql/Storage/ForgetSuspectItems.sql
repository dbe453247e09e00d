DELETE FROM tidemark.suspect_item WHERE stream = ANY(ARRAY(SELECT id FROM tidemark.stream WHERE job = $1))
