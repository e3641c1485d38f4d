import type { Mutant } from './mutant.js';

const MIGRATION = 'src/database/migrations/1764000000036-erase-accounts.ts';
const SERVICE = 'src/erasure/erasure.service.ts';
const STATEMENTS = 'src/erasure/erasure-statements.ts';
const DUE = 'src/erasure/due-erasures.service.ts';
const TOKENS = 'src/one-time-tokens/one-time-token-statements.ts';
const EXPORT = 'src/erasure/personal-data-statements.ts';
const ERASURE_SPEC = ['test/integration/erasure.spec.ts'] as const;
const TRAIL_SPEC = ['test/integration/erasure-trail.spec.ts'] as const;
const GRACE_SPEC = ['test/integration/erasure-grace.spec.ts'] as const;
const EXPORT_SPEC = ['test/integration/personal-data.spec.ts'] as const;

/** What ends with an account, what the audit trail keeps, and who may erase. */
export const ERASURE_MUTANTS: readonly Mutant[] = [
  {
    name: 'the sessions of an erased person end without a word to live channels and receivers',
    file: MIGRATION,
    text: "UPDATE sessions SET revoked_at = statement_timestamp(), revoke_reason = 'user_erased'",
    replacement: 'UPDATE sessions SET last_used_at = statement_timestamp()',
    specs: ERASURE_SPEC,
    test: 'ends in the log with each of its sessions',
  },
  {
    name: 'a stolen access token erases the account',
    file: SERVICE,
    text: "await this.currentPassword.demand(principal, password, 'user.erasure_failed', by);",
    replacement: 'void [password, this.currentPassword];',
    specs: ERASURE_SPEC,
    test: 'needs the right password',
  },
  {
    name: 'an admin erases the own account without its password',
    file: SERVICE,
    text: 'if (id === by.id)',
    replacement: 'if (id === null)',
    specs: ERASURE_SPEC,
    test: 'the own one needs the password',
  },
  {
    name: 'the last active admin is erased',
    file: SERVICE,
    text: 'account.isActive && !account.hasOtherAdmins',
    replacement: 'account.isActive && account.id === null',
    specs: ERASURE_SPEC,
    test: 'is never that of the last active admin',
  },
  {
    name: 'two last admins erase each other',
    file: SERVICE,
    text: "days > 0 ? 'admins' : 'erasure'",
    replacement: "days > 0 ? 'admins' : 'accounts'",
    specs: ERASURE_SPEC,
    test: 'is never both of two last admins',
  },
  {
    name: 'mails to the address of an erased person stay',
    file: MIGRATION,
    text: 'DELETE FROM mail_outbox WHERE address = ANY (addresses)',
    replacement: 'DELETE FROM mail_outbox WHERE false',
    specs: ERASURE_SPEC,
    test: 'takes along what names the person by the address',
  },
  {
    name: 'the invitation of an erased person stays',
    file: MIGRATION,
    text: 'DELETE FROM invitations WHERE email = ANY (addresses);',
    replacement: '',
    specs: ERASURE_SPEC,
    test: 'takes along what names the person by the address',
  },
  {
    name: 'a one-time token for the address of an erased person stays',
    file: MIGRATION,
    text: "DELETE FROM one_time_tokens WHERE address = ANY (addresses) OR data->>'email' = ANY (addresses);",
    replacement: '',
    specs: ERASURE_SPEC,
    test: 'takes along what names the person by the address',
  },
  {
    name: 'a former address that an undo may give back is forgotten',
    file: MIGRATION,
    text: "AND purpose = 'undo_email_change' AND address IS NOT NULL",
    replacement: 'AND false',
    specs: ERASURE_SPEC,
    test: 'also a former one that an undo may give back',
  },
  {
    name: 'the trail keeps the address of an erased person',
    file: MIGRATION,
    text: 'UPDATE audit_events SET ip = NULL, user_agent = NULL, details',
    replacement: 'UPDATE audit_events SET user_agent = NULL, details',
    specs: TRAIL_SPEC,
    test: 'without address, device and names',
  },
  {
    name: 'the trail keeps what else it says of an erased person',
    file: MIGRATION,
    text: "WHERE key = ANY ('{${IMPERSONAL.join(',')}}'::text[])",
    replacement: 'WHERE true',
    specs: TRAIL_SPEC,
    test: 'without address, device and names',
  },
  {
    name: 'the erasure of a person empties what an admin did',
    file: MIGRATION,
    text: 'OR (is_user_gone AND event.actor_id IS NULL) THEN',
    replacement: 'OR is_user_gone THEN',
    specs: TRAIL_SPEC,
    test: 'keeps the address of the admin who acted on it',
  },
  {
    name: 'anything of an event may be changed',
    file: MIGRATION,
    text: "TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM without_erased_persons(OLD)",
    replacement: "TG_OP = 'UPDATE'",
    specs: TRAIL_SPEC,
    test: 'refuses its own owner a change of',
  },
  {
    name: 'a login that is under way writes the address of an erased person',
    file: MIGRATION,
    text: 'RETURN without_erased_persons(NEW);',
    replacement: 'RETURN NEW;',
    specs: TRAIL_SPEC,
    test: 'by a login that was under way',
  },
  {
    name: 'events of an account that exists can be emptied',
    file: MIGRATION,
    text: "IF EXISTS (SELECT FROM users WHERE id = erased) THEN RAISE EXCEPTION 'the account exists: delete it first'; END IF;",
    replacement: '',
    specs: TRAIL_SPEC,
    test: 'empties no event of an account that exists',
  },
  {
    name: 'somebody who was deactivated comes back by an undo',
    file: SERVICE,
    text: 'isActive ? await this.issueUndo(command, userId, dueAt) : {}',
    replacement: 'await this.issueUndo(command, userId, dueAt)',
    specs: GRACE_SPEC,
    test: 'nobody comes back by being deleted',
  },
  {
    name: 'to ask again defers a deletion',
    file: SERVICE,
    text: 'if (deletionDueAt !== null) return;',
    replacement: 'void deletionDueAt;',
    specs: GRACE_SPEC,
    test: 'keeps its day when it is asked for again',
  },
  {
    name: 'a link takes a deletion back whose day is over',
    file: TOKENS,
    text: 'NOT u.is_active AND u.deletion_due_at > statement_timestamp()',
    replacement: 'NOT u.is_active',
    specs: GRACE_SPEC,
    test: 'is erased when its days are over, and only then',
  },
  {
    name: 'an account is erased before its day',
    file: DUE,
    text: 'AND NOT u.is_active AND u.deletion_due_at <= now() RETURNING',
    replacement: 'RETURNING',
    specs: GRACE_SPEC,
    test: 'is erased when its days are over, and only then',
  },
  {
    name: 'an account that was activated again is erased on its day',
    file: MIGRATION,
    text: 'NEW.deletion_due_at := NULL;',
    replacement: '',
    specs: GRACE_SPEC,
    test: 'whose link takes the deletion back, once',
  },
  {
    name: 'an account that waits for its erasure stays active',
    file: STATEMENTS,
    text: 'UPDATE users SET is_active = false, updated_at',
    replacement: 'UPDATE users SET updated_at',
    specs: GRACE_SPEC,
    test: 'is refused at once, everywhere',
  },
  {
    name: 'an export shows where an admin acted from',
    file: EXPORT,
    text: 'CASE WHEN actor_id IS NULL OR actor_id = $1 THEN ip END AS ip',
    replacement: 'ip',
    specs: EXPORT_SPEC,
    test: 'shows neither where an admin acted from',
  },
  {
    name: 'an export ends with its first page',
    file: 'src/erasure/personal-data.service.ts',
    text: 'if (rows.length < PAGE) return;',
    replacement: 'return;',
    specs: EXPORT_SPEC,
    test: 'also more than a page of them',
  },
  {
    name: 'counts of limits show IP addresses',
    file: 'src/limits/count-name.ts',
    text: "createHmac('sha256', key).update(text).digest().subarray(0, BYTES).toString('base64url')",
    replacement:
      "key.type === 'secret' ? text : createHmac('sha256', key).update(text).digest().subarray(0, BYTES).toString('base64url')",
    specs: ['test/integration/shared-limits.spec.ts'],
    test: 'show no address of an account and no IP address',
  },
];
