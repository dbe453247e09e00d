SELECT run::text FROM tidemark.unbroken
