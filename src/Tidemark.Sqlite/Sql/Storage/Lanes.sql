SELECT id, queue, name FROM lane WHERE id > ?1
