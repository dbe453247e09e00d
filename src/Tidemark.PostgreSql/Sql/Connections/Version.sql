SELECT COALESCE(max(version), 0) FROM tidemark.migration
