SELECT kind, until, reason FROM tidemark.ask WHERE job = $1
