-- These run with the owner's rights. A path that does not name pg_temp searches it first, also for what the system's own catalogs are called: a worker's temporary view of such a name would be read as the owner.
ALTER FUNCTION tidemark.add_days(bigint, integer) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION tidemark.drop_days(bigint) SET search_path = pg_catalog, pg_temp;
