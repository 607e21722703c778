-- roles.sql -- the roles of an instance's private cluster; run by its superuser before schema.sql.
-- Passwords are psql variables, so that they appear in no file and no process list:
--   PGOPTIONS=... psql -v api_password=... (read from files of mode 0600 by setup.sh on stdin)
--
-- codearena_owner owns every table and function; it is no superuser and cannot log in.
-- The three login roles own nothing and have only what schema.sql grants them.
SELECT format('CREATE ROLE %I NOLOGIN', 'codearena_owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'codearena_owner') \gexec
SELECT format('CREATE ROLE %I LOGIN NOINHERIT', r)
FROM unnest(ARRAY['codearena_api', 'codearena_judge', 'codearena_admin']) r
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) \gexec
ALTER ROLE codearena_api PASSWORD :'api_password';
ALTER ROLE codearena_judge PASSWORD :'judge_password';
ALTER ROLE codearena_admin PASSWORD :'admin_password';
ALTER ROLE codearena_api SET search_path = codearena, pg_temp;
ALTER ROLE codearena_judge SET search_path = codearena, pg_temp;
ALTER ROLE codearena_admin SET search_path = codearena, pg_temp;
