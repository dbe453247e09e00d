-- So many ids, in the order in which they are drawn, and the instant of the enqueue.
SELECT nextval('tidemark.job_id'), tidemark.now_ms() FROM generate_series(1, $1)
