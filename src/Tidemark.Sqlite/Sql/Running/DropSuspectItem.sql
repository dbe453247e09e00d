DELETE FROM suspect_item WHERE stream = ?1 AND key = ?2
