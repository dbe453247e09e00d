-- $1 queues, $2 how many jobs of each, $3 names that the worker knows, $4 the worker, $5 whether it may take a suspect, $6 and $7 the low water of lanes.
-- The first open rows of each queue's lanes, in the order of their rank; a suspect goes before them. Each lane gives its head straight from the index, from
-- its low water on: below it there is nothing but what is dead and cannot be cleared away yet. One row more than asked for is looked at, to know whether there is more.
-- Of marks any will do: tableoid, which no index has, spares one that goes through the dead ones by theirs.
WITH me AS (
  -- Shared with other claims and with its beats, not with a rescue: what is claimed before it is declared dead is seen by its rescuer.
  SELECT 1 FROM tidemark.worker WHERE id = $4 AND NOT dead AND NOT retired FOR KEY SHARE
), mine AS (
  SELECT lane.id AS lane, demand.room, demand.place, COALESCE(water.low, -9223372036854775808) AS low
  FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS demand (queue, room, place)
  JOIN tidemark.lane ON lane.queue = demand.queue AND lane.name = ANY($3::text[])
  LEFT JOIN unnest($6::bigint[], $7::bigint[]) AS water (lane, low) ON water.lane = lane.id
  WHERE EXISTS (SELECT 1 FROM me) AND NOT EXISTS (SELECT 1 FROM tidemark.queue WHERE queue.name = demand.queue AND paused)
), suspect AS (
  SELECT job.id, mine.place
  FROM mine JOIN tidemark.job ON job.lane = mine.lane AND job.gate = 2
  WHERE $5 AND mine.room > 0
  ORDER BY mine.place, job.rank, job.id LIMIT 1 FOR UPDATE OF job SKIP LOCKED
), open AS (
  SELECT head.id, head.rank, mine.place, mine.room
  FROM mine CROSS JOIN LATERAL (
    SELECT id, rank FROM tidemark.job WHERE lane = mine.lane AND gate = 0 AND rank >= mine.low ORDER BY rank, id LIMIT mine.room + 1 FOR UPDATE SKIP LOCKED
  ) AS head
), head AS (
  SELECT id, room < row_number() OVER (PARTITION BY place ORDER BY rank, id) + (SELECT count(*) FROM suspect WHERE suspect.place = open.place) AS is_beyond FROM open
), taken AS (
  UPDATE tidemark.job SET state = 1, gate = 4, fence = fence + 1, attempt = attempt + 1, worker = $4, started_at = (SELECT tidemark.now_ms()), reason = NULL
  WHERE id = ANY(ARRAY(SELECT id FROM suspect UNION ALL SELECT id FROM head WHERE NOT is_beyond))
  RETURNING id, rank, fence, attempt, failures, crashes, suspect, priority, due_at, created_at, args, has_memory, lane,
    COALESCE(tags, dedup_key, parent::text, visit_stream, limit_key) IS NOT NULL AS rare, tags, parent, visit_kind, visit_stream, dedup_key, limit_key, limit_places
)
SELECT taken.*, told.*
FROM (
  SELECT COALESCE(bool_or(is_beyond), false) AS more, tidemark.now_ms() AS now, (SELECT due_at FROM tidemark.job WHERE gate = 1 ORDER BY due_at LIMIT 1) AS next_due,
    (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::bigint AS looked, EXISTS (SELECT 1 FROM tidemark.limit_mark WHERE tableoid IS NOT NULL) AS is_marked
  FROM head
) AS told LEFT JOIN taken ON true
