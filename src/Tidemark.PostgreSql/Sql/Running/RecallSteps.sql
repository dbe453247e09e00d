SELECT name, result, expires FROM tidemark.step WHERE job = $1 ORDER BY id
