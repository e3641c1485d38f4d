import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexConcurrently, dropIndexConcurrently } from './concurrent-index.js';

const INDEX = 'users_deletion_due_idx';

/** Members of `details` that name no person: what the service itself writes there. */
const IMPERSONAL = [
  'client_id',
  'due_at',
  'emptied_events',
  'ended',
  'from',
  'invitation_id',
  'origin',
  'purpose',
  'reason',
  'replaced_by',
  'role',
  'scopes',
  'source',
  'to',
];

/**
 * Erasure of accounts (ADR 57). Triggers do all of it, so that the API and a `DELETE FROM users` by hand do the same: what names the person
 * ends with the row, and the audit trail keeps its events without the person. `deletion_due_at` is when an account is to be erased that
 * somebody asked to delete; such an account is not active.
 */
export class EraseAccounts1764000000036 implements MigrationInterface {
  /** The index is made while requests use the table. The statements before it are one transaction, and can be repeated. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`${DELETION_DUE} ${TRAIL} ${LATE_EVENTS} ${ERASURE} ${FIXED_SEARCH_PATH}`);
    await createIndexConcurrently(runner, INDEX, 'users (deletion_due_at) WHERE deletion_due_at IS NOT NULL');
  }

  /** Accounts that were to be erased stay deactivated. */
  async down(runner: QueryRunner): Promise<void> {
    await dropIndexConcurrently(runner, INDEX);
    await runner.query(`
      DROP TRIGGER users_note_erasure ON users;
      DROP TRIGGER users_erase ON users;
      DROP TRIGGER audit_events_admit ON audit_events;
      DROP TRIGGER users_keep_deletion ON users;
      DROP FUNCTION note_erased_account();
      DROP FUNCTION erase_account();
      DROP FUNCTION admit_audit_event();
      DROP FUNCTION pseudonymise_audit_events(uuid);
      CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND OLD.at < now() - interval '1 day'
          AND current_setting('ergodrive.audit_retention', true) = 'on' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'audit_events is append-only';
      END $$;
      DROP FUNCTION without_erased_persons(audit_events);
      DROP FUNCTION impersonal_details(jsonb);
      DROP FUNCTION keep_account_deletion();
      ALTER TABLE users DROP COLUMN deletion_due_at;
    `);
  }
}

/** Whoever activates an account, also the previous version or an operator, takes its deletion back. */
const DELETION_DUE = `
  ALTER TABLE users ADD COLUMN IF NOT EXISTS deletion_due_at timestamptz;

  CREATE OR REPLACE FUNCTION keep_account_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.deletion_due_at := NULL;
    RETURN NEW;
  END $$;
  DROP TRIGGER IF EXISTS users_keep_deletion ON users;
  CREATE TRIGGER users_keep_deletion BEFORE INSERT OR UPDATE ON users FOR EACH ROW
    WHEN (NEW.is_active AND NEW.deletion_due_at IS NOT NULL) EXECUTE FUNCTION keep_account_deletion();`;

/**
 * An event keeps the address and the user agent of who did it while that account exists; with nobody signed in, while the account that it
 * concerns exists. The trail stays append-only but for this: an event may become what it is without erased persons.
 */
const TRAIL = `
  CREATE OR REPLACE FUNCTION impersonal_details(details jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(details) = 'object' THEN (
      SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(details)
      WHERE key = ANY ('{${IMPERSONAL.join(',')}}'::text[])
    ) ELSE '{}' END
  $$;

  CREATE OR REPLACE FUNCTION without_erased_persons(event audit_events) RETURNS audit_events LANGUAGE plpgsql AS $$
  DECLARE
    is_user_gone boolean := event.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM users WHERE id = event.user_id);
    is_actor_gone boolean := event.actor_id IS NOT NULL AND NOT EXISTS (SELECT FROM users WHERE id = event.actor_id);
  BEGIN
    IF is_actor_gone OR (is_user_gone AND event.actor_id IS NULL) THEN
      event.ip := NULL;
      event.user_agent := NULL;
    END IF;
    IF is_actor_gone OR is_user_gone THEN event.details := impersonal_details(event.details); END IF;
    RETURN event;
  END $$;

  CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '1 day'
      AND current_setting('ergodrive.audit_retention', true) = 'on' THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM without_erased_persons(OLD) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'audit_events is append-only';
  END $$;

  -- By the rights of the owner: the role of the service may not update the trail.
  CREATE OR REPLACE FUNCTION pseudonymise_audit_events(erased uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE emptied bigint; others bigint;
  BEGIN
    IF EXISTS (SELECT FROM users WHERE id = erased) THEN RAISE EXCEPTION 'the account exists: delete it first'; END IF;
    UPDATE audit_events SET ip = NULL, user_agent = NULL, details = impersonal_details(details)
    WHERE (actor_id = erased OR (user_id = erased AND actor_id IS NULL))
      AND (ip IS NOT NULL OR user_agent IS NOT NULL OR details <> impersonal_details(details));
    GET DIAGNOSTICS emptied = ROW_COUNT;
    UPDATE audit_events SET details = impersonal_details(details)
    WHERE user_id = erased AND actor_id <> erased AND details <> impersonal_details(details);
    GET DIAGNOSTICS others = ROW_COUNT;
    RETURN emptied + others;
  END $$;`;

/** A request that is under way when an account is erased, such as a login, writes its event afterwards. */
const LATE_EVENTS = `
  CREATE OR REPLACE FUNCTION admit_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- An erasure that is under way commits first. In the order of the ids, as commands lock accounts.
    PERFORM FROM users WHERE id IN (NEW.user_id, NEW.actor_id) ORDER BY id FOR KEY SHARE;
    RETURN without_erased_persons(NEW);
  END $$;
  DROP TRIGGER IF EXISTS audit_events_admit ON audit_events;
  CREATE TRIGGER audit_events_admit BEFORE INSERT ON audit_events FOR EACH ROW
    WHEN (NEW.user_id IS NOT NULL OR NEW.actor_id IS NOT NULL) EXECUTE FUNCTION admit_audit_event();`;

/**
 * Rows that refer to the account go with it by their foreign keys; these name it by an address, if that was proved: otherwise a stranger
 * could end the invitation of whoever has it. A former address counts while an undo may give it back: nobody else can have it. The setting `ergodrive.erased_by` says who erases; a statement by hand has none.
 */
const ERASURE = `
  CREATE OR REPLACE FUNCTION erase_account() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    addresses text[] := ARRAY(
      SELECT OLD.email WHERE OLD.email_verified UNION SELECT address FROM one_time_tokens
      WHERE user_id = OLD.id AND purpose = 'undo_email_change' AND data->>'was_proved' = 'true');
  BEGIN
    UPDATE sessions SET revoked_at = statement_timestamp(), revoke_reason = 'user_erased'
    WHERE user_id = OLD.id AND revoked_at IS NULL AND generation = (SELECT generation FROM session_generation);
    DELETE FROM mail_outbox WHERE address = ANY (addresses)
      OR data->>'invitation_id' IN (SELECT id::text FROM invitations WHERE email = ANY (addresses));
    DELETE FROM invitations WHERE email = ANY (addresses);
    DELETE FROM one_time_tokens WHERE address = ANY (addresses) OR data->>'email' = ANY (addresses);
    RETURN OLD;
  END $$;
  DROP TRIGGER IF EXISTS users_erase ON users;
  CREATE TRIGGER users_erase BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION erase_account();

  CREATE OR REPLACE FUNCTION note_erased_account() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    emptied bigint := pseudonymise_audit_events(OLD.id);
    eraser jsonb := coalesce(nullif(current_setting('ergodrive.erased_by', true), ''), '{"reason": "sql"}');
  BEGIN
    INSERT INTO audit_events (action, user_id, actor_id, ip, user_agent, request_id, details)
    VALUES ('user.erased', OLD.id, (eraser->>'id')::uuid, eraser->>'ip', eraser->>'user_agent', eraser->>'request_id',
      jsonb_build_object('reason', eraser->>'reason', 'emptied_events', emptied::text));
    RETURN NULL;
  END $$;
  DROP TRIGGER IF EXISTS users_note_erasure ON users;
  CREATE TRIGGER users_note_erasure AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION note_erased_account();`;

/** Names in a function that has the rights of another role mean the tables of this schema, whatever the caller made. */
const FIXED_SEARCH_PATH = `
  DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION pseudonymise_audit_events(uuid) SET search_path = %I, pg_temp', current_schema());
  END $$;`;
