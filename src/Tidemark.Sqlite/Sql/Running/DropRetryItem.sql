DELETE FROM retry_item WHERE stream = ?1 AND key = ?2
