DELETE FROM interruption WHERE job = ?1
