-- restore-begin.sql -- first third of `codearena restore`, run by psql as the cluster's superuser in
-- one transaction with the data of the backup and restore-end.sql: the schema anew, and empty.
SET lock_timeout = '30s';
DROP SCHEMA IF EXISTS codearena CASCADE;
\ir schema.sql
