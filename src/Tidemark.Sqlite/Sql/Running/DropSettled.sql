DELETE FROM settled WHERE stream = ?1 AND key = ?2
