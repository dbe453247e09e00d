DELETE FROM audit WHERE job = ?1
