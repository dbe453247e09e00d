-- The jobs before their items, as a checkpoint does, and in their order. One that ends at this moment is waited for: its end must see the items gone, or this see its end.
SELECT id FROM tidemark.job WHERE id = ANY(ARRAY(SELECT job FROM tidemark.quarantine WHERE id = ANY ($1::bigint[]))) ORDER BY id FOR UPDATE
