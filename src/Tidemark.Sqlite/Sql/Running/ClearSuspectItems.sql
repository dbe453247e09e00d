DELETE FROM suspect_item WHERE stream = ?1
