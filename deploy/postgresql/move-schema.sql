-- Moves the tables of the service into another schema of the same database, with their data, indexes, triggers and privileges. Foreign keys
-- of other tables follow. It takes moments whatever the tables hold. Stop every instance first: docs/postgresql.md#move-to-another-schema
--
-- Run it by psql as a superuser, or as the role that owns the tables and may create the schema:
--   psql --dbname=ergodrive --single-transaction --set=from=public --set=to=auth --file=deploy/postgresql/move-schema.sql

\set ON_ERROR_STOP on
-- A transaction that uses one of the tables is in the way: nothing has been moved then, so run the file again.
SET LOCAL lock_timeout = '10s';

-- The names of the service. Others of the same schemas stay as they are.
SELECT '{audit_events, audit_outbox, event_streams, history_mark, import_positions, instance_stores, invalidations, invitations, limit_counts,
  log_positions, mail_outbox, migrations, oauth_clients, one_time_tokens, session_generation, sessions, users}' AS tables,
'{admit_audit_event, current_session_generation, end_sessions_of_inactive_user, erase_account, history_token, impersonal_details,
  keep_account_deletion, keep_session_generation, lock_session_generation, log_client_change, log_invalidation, log_session_end,
  log_session_generation, log_session_move, log_user_change, log_user_creation, network_of, note_erased_account,
  pseudonymise_audit_events, queue_audit_event, refuse_audit_change, refuse_directory_change, refuse_truncate, without_erased_persons}' AS functions \gset

SELECT format('CREATE SCHEMA %I', :'to') WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = :'to') \gexec
-- Whoever may use the schema of before may use the other one; roles.sql gives the same to its roles.
SELECT format('GRANT USAGE ON SCHEMA %I TO %s', :'to', acl.grantee::regrole)
FROM pg_namespace, aclexplode(nspacl) AS acl
WHERE nspname = :'from' AND acl.grantee <> 0 AND acl.privilege_type = 'USAGE' \gexec

SELECT format('ALTER TABLE %I.%I SET SCHEMA %I', :'from', name, :'to') FROM unnest(:'tables'::text[]) AS name \gexec
ALTER VIEW :"from".user_directory SET SCHEMA :"to";

-- The functions, each by its parameters. Then those with a search_path look for tables in the new schema.
SELECT format('ALTER FUNCTION %I.%I(%s) SET SCHEMA %I', :'from', proname, pg_get_function_identity_arguments(oid), :'to')
FROM pg_proc
WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'from') AND proname = ANY (:'functions'::text[]) \gexec
SELECT format('ALTER FUNCTION %I.%I(%s) SET search_path = %I, pg_temp', :'to', proname, pg_get_function_identity_arguments(oid), :'to')
FROM pg_proc
WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'to') AND proname = ANY (:'functions'::text[])
  AND EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%') \gexec
