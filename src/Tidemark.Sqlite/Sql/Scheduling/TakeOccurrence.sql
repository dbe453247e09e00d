INSERT INTO occurrence (schedule, at, kind, job, enqueued_at) VALUES (?1, ?2, ?3, 0, ?4) ON CONFLICT (schedule, at) DO NOTHING
