-- For the transaction: rows are found by an index, whatever the statistics say, and nothing is compiled for it. A plan stays with its session. One that is made while the live
-- table lies empty reads all of it, row by row, also once there are a hundred thousand, until the statistics are next taken; and who plans anew each time pays for that with
-- more than a claim costs. Not for user code: its statements are planned as its server and its role say. Only what effects have put off to the commit, deferred constraints and triggers, meets it.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)
