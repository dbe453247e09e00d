UPDATE tidemark.stream SET job = $2, ended = false WHERE job = $1
