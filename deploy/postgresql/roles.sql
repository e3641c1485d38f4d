-- Two roles for the database of the service. ergodrive_owner owns the schema and applies migrations (node dist/migrate.js).
-- ergodrive_service is the role of the running service: it owns nothing, and reads and writes rows.
--
-- Run it as a superuser in that database, also again:  psql --dbname=ergodrive --file=deploy/postgresql/roles.sql
-- Then give both roles a password:                     \password ergodrive_owner
-- Tables that another role made:                       docs/postgresql.md#two-database-roles

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ergodrive_owner') THEN
    CREATE ROLE ergodrive_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ergodrive_service') THEN
    CREATE ROLE ergodrive_service LOGIN;
  END IF;
  EXECUTE format('ALTER DATABASE %I OWNER TO ergodrive_owner', current_database());
  -- Nobody else connects, and the service makes no temporary table.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ergodrive_service', current_database());
END $$;

-- Before PostgreSQL 15 everybody may create tables in this schema.
ALTER SCHEMA public OWNER TO ergodrive_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ergodrive_service;

-- The tables of later migrations, and those that exist.
ALTER DEFAULT PRIVILEGES FOR ROLE ergodrive_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ergodrive_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ergodrive_service;

-- Migrations do the same for a new database. The retention deletes audit events; a trigger refuses those of the last day, and the service
-- cannot choose the number or the time of an event.
DO $$
BEGIN
  IF to_regclass('public.audit_events') IS NOT NULL THEN
    REVOKE INSERT, UPDATE ON public.audit_events FROM ergodrive_service;
    GRANT INSERT (action, user_id, actor_id, session_id, ip, user_agent, details, request_id)
      ON public.audit_events TO ergodrive_service;
  END IF;
  IF to_regclass('public.migrations') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON public.migrations FROM ergodrive_service;
  END IF;
END $$;
