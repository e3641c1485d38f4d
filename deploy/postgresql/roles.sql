-- Two roles for the database of the service. ergodrive_owner owns the schema and applies migrations (node dist/migrate.js).
-- ergodrive_service is the role of the running service: it owns nothing, and reads and writes rows.
--
-- Run it by psql as a superuser in that database, also again:  psql --dbname=ergodrive --file=deploy/postgresql/roles.sql
-- Another schema than public (DATABASE_SCHEMA):                add  --set=schema=auth
-- Then give both roles a password:                             \password ergodrive_owner
-- Tables that another role made:                               docs/postgresql.md#two-database-roles
-- Tables of your own in the same database:                     docs/postgresql.md#your-own-tables-beside-ours

\set ON_ERROR_STOP on
\if :{?schema}
\else
\set schema public
\endif
SELECT current_database() AS database \gset

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ergodrive_owner') THEN
    CREATE ROLE ergodrive_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ergodrive_service') THEN
    CREATE ROLE ergodrive_service LOGIN;
  END IF;
END $$;

ALTER DATABASE :"database" OWNER TO ergodrive_owner;
-- Nobody else connects, and the service makes no temporary table.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO ergodrive_service;

SELECT format('CREATE SCHEMA %I', :'schema') WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = :'schema') \gexec
-- Before PostgreSQL 15 everybody may create tables in the schema public.
ALTER SCHEMA :"schema" OWNER TO ergodrive_owner;
REVOKE ALL ON SCHEMA :"schema" FROM PUBLIC;
GRANT USAGE ON SCHEMA :"schema" TO ergodrive_service;

-- Sessions of a pooler get it from here. A temporary table hides none of the service.
ALTER ROLE ergodrive_owner IN DATABASE :"database" SET search_path = :"schema", pg_temp;
ALTER ROLE ergodrive_service IN DATABASE :"database" SET search_path = :"schema", pg_temp;

-- The tables of later migrations, and those that exist.
ALTER DEFAULT PRIVILEGES FOR ROLE ergodrive_owner IN SCHEMA :"schema"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ergodrive_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"schema" TO ergodrive_service;

-- Migrations do the same for a new database. The retention deletes audit events; a trigger refuses those of the last day, and the service
-- cannot choose the number or the time of an event.
SELECT format('REVOKE INSERT, UPDATE ON %I.audit_events FROM ergodrive_service', :'schema'),
  format('GRANT INSERT (action, user_id, actor_id, session_id, ip, user_agent, details, request_id)
    ON %I.audit_events TO ergodrive_service', :'schema')
WHERE to_regclass(format('%I.audit_events', :'schema')) IS NOT NULL \gexec
SELECT format('REVOKE INSERT, UPDATE, DELETE ON %I.migrations FROM ergodrive_service', :'schema')
WHERE to_regclass(format('%I.migrations', :'schema')) IS NOT NULL \gexec
