SELECT worker, count(*) FROM job WHERE state = 1 GROUP BY worker
