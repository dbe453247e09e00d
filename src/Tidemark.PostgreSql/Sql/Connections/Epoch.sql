SELECT epoch FROM tidemark.store
