INSERT INTO partition_visit (visit, job, stream, number) VALUES (?1, ?2, ?3, ?4)
