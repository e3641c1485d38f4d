import { type Mutant, mutantsOf } from './mutant.js';

const MIGRATION = 'src/database/migrations/1764000000036-erase-accounts.ts';
const SERVICE = 'src/erasure/erasure.service.ts';
const ERASURE_SPEC = 'test/integration/erasure.spec.ts';
const GRACE_SPEC = 'test/integration/erasure-grace.spec.ts';
const RACES_SPEC = 'test/integration/erasure-races.spec.ts';
const EXPORT_SPEC = 'test/integration/personal-data.spec.ts';

/** What ends with an account, what the audit trail keeps, and who may erase. */
export const ERASURE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(MIGRATION, ERASURE_SPEC)`
    the sessions of an erased person end without a word to live channels and receivers
      | ends in the log with each of its sessions
      - UPDATE sessions SET revoked_at = statement_timestamp(), revoke_reason = 'user_erased'
      + UPDATE sessions SET last_used_at = statement_timestamp()
    mails to the address of an erased person stay | takes along what names the person by the address
      - DELETE FROM mail_outbox WHERE address = ANY (addresses)
      + DELETE FROM mail_outbox WHERE false
    the invitation of an erased person stays | takes along what names the person by the address
      - DELETE FROM invitations WHERE email = ANY (addresses);
      +
    a one-time token for the address of an erased person stays
      | takes along what names the person by the address
      - DELETE FROM one_time_tokens WHERE address = ANY (addresses) OR data->>'email' = ANY (addresses);
      +
    a former address that an undo may give back is forgotten | also a former one that an undo may give back
      - AND purpose = 'undo_email_change' AND data
      + AND false AND data
    a stranger ends the invitation of an address by registering and erasing it
      | ends no invitation for an address that it has not proved
      - SELECT OLD.email WHERE OLD.email_verified
      + SELECT OLD.email
    a stranger ends the invitation of a former address
      | ends no invitation for an address that it has not proved
      -  AND data->>'was_proved' = 'true'
      +
  `,
  ...mutantsOf(SERVICE, ERASURE_SPEC)`
    a stolen access token erases the account | needs the right password
      - await this.currentPassword.demand(principal, password, 'user.erasure_failed', by);
      + void [password, this.currentPassword];
    an admin erases the own account without its password | the own one needs the password
      - if (id === by.id)
      + if (id === null)
    the last active admin is erased | is never that of the last active admin
      - account.isActive && !account.hasOtherAdmins
      + account.isActive && account.id === null
  `,
  ...mutantsOf(SERVICE, RACES_SPEC)`
    two last admins erase each other | is refused to one of the two last admins
      - days > 0 ? 'admins' : 'erasure'
      + days > 0 ? 'admins' : 'accounts'
  `,
  ...mutantsOf(MIGRATION, 'test/integration/erasure-trail.spec.ts')`
    the trail keeps the address of an erased person | without address, device and names
      - UPDATE audit_events SET ip = NULL, user_agent = NULL, details
      + UPDATE audit_events SET user_agent = NULL, details
    the trail keeps what else it says of an erased person | without address, device and names
      - WHERE key = ANY ('{\${IMPERSONAL.join(',')}}'::text[])
      + WHERE true
    the erasure of a person empties what an admin did | keeps the address of the admin who acted on it
      - OR (is_user_gone AND event.actor_id IS NULL) THEN
      + OR is_user_gone THEN
    anything of an event may be changed | refuses its own owner a change of
      - TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM without_erased_persons(OLD)
      + TG_OP = 'UPDATE'
    a login that is under way writes the address of an erased person | by a login that was under way
      - RETURN without_erased_persons(NEW);
      + RETURN NEW;
    events of an account that exists can be emptied | empties no event of an account that exists
      - IF EXISTS (SELECT FROM users WHERE id = erased) THEN RAISE EXCEPTION 'the account exists: delete it first'; END IF;
      +
  `,
  ...mutantsOf(SERVICE, GRACE_SPEC)`
    somebody who was deactivated comes back by an undo | nobody comes back by being deleted
      - isActive ? await this.issueUndo(command, userId, dueAt) : {}
      + await this.issueUndo(command, userId, dueAt)
    to ask again defers a deletion | keeps its day when it is asked for again
      - if (deletionDueAt !== null) return;
      + void deletionDueAt;
  `,
  ...mutantsOf('src/one-time-tokens/one-time-token-statements.ts', GRACE_SPEC)`
    a link takes a deletion back whose day is over | is erased when its days are over, and only then
      - NOT u.is_active AND u.deletion_due_at > statement_timestamp()
      + NOT u.is_active
  `,
  ...mutantsOf('src/erasure/due-erasures.service.ts', RACES_SPEC)`
    an account is erased whose deletion is being taken back | is not done when it is taken back
      - AND NOT u.is_active AND u.deletion_due_at <= now() RETURNING
      + RETURNING
  `,
  ...mutantsOf(MIGRATION, GRACE_SPEC)`
    an account that was activated again is erased on its day | whose link takes the deletion back, once
      - NEW.deletion_due_at := NULL;
      +
  `,
  ...mutantsOf('src/erasure/erasure-statements.ts', GRACE_SPEC)`
    an account that waits for its erasure stays active | is refused at once, everywhere
      - UPDATE users SET is_active = false, updated_at
      + UPDATE users SET updated_at
  `,
  ...mutantsOf('src/erasure/personal-data-statements.ts', EXPORT_SPEC)`
    an export shows where an admin acted from | shows neither where an admin acted from
      - CASE WHEN actor_id IS NULL OR actor_id = $1 THEN ip END AS ip
      + ip
  `,
  ...mutantsOf('src/erasure/personal-data.service.ts', EXPORT_SPEC)`
    an export ends with its first page | also more than a page of them
      - if (rows.length < PAGE) return;
      + return;
  `,
  ...mutantsOf('src/limits/count-name.ts', 'test/integration/shared-limits.spec.ts')`
    counts of limits show IP addresses | show no address of an account and no IP address
      - createHmac('sha256', key).update(text).digest().subarray(0, BYTES).toString('base64url')
      + key.type === 'secret' ? text : createHmac('sha256', key).update(text).digest().subarray(0, BYTES).toString('base64url')
  `,
];
