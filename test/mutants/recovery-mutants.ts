import type { Mutant } from './mutant.js';

const STATEMENTS = 'src/one-time-tokens/one-time-token-statements.ts';
const RECOVERY = 'src/recovery/recovery.service.ts';
const PROOFS = 'src/addresses/email-proof.service.ts';
const NOTICES = 'src/notices/notice-mails.ts';
const TOKENS_SPEC = ['test/integration/one-time-tokens.spec.ts'] as const;
const RECOVERY_SPEC = ['test/e2e/recovery.spec.ts'] as const;
const ADDRESSES_SPEC = ['test/e2e/addresses.spec.ts'] as const;
const SILENT_SPEC = ['test/e2e/silent-registration.spec.ts'] as const;
const NOTICES_SPEC = ['test/integration/notices.spec.ts'] as const;

/** What one-time tokens open, and for how long; what the owner of an account is told. */
export const RECOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a one-time token works twice',
    file: STATEMENTS,
    text: 'text: `DELETE FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND ${usable} RETURNING ${GRANT}`',
    replacement:
      'text: `SELECT ${GRANT} FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND ${usable}`',
    specs: TOKENS_SPEC,
    test: 'works once',
  },
  {
    name: 'a one-time token outlives a change of the password',
    file: STATEMENTS,
    text: `concat_ws(' ', u.email, u.password_hash)`,
    replacement: 'u.email',
    specs: TOKENS_SPEC,
    test: 'ends by a change of',
  },
  {
    name: 'a one-time token outlives its time',
    file: STATEMENTS,
    text: 't.expires_at > statement_timestamp() AND (t.user_id',
    replacement: '(t.user_id',
    specs: TOKENS_SPEC,
    test: 'holds for the minutes or days',
  },
  {
    name: 'an earlier link to a new password stays good',
    file: 'src/one-time-tokens/one-time-token.ts',
    text: `reset_password: { bindsTo: 'credential', replaces: true,`,
    replacement: `reset_password: { bindsTo: 'credential', replaces: false,`,
    specs: RECOVERY_SPEC,
    test: 'is replaced once by one token',
  },
  {
    name: 'sessions outlive a reset of the password',
    file: RECOVERY,
    text: `await this.endWithin(command, userId, OF_OLD_PASSWORD, 'password_reset');`,
    replacement: '',
    specs: RECOVERY_SPEC,
    test: 'both tokens of every session are refused',
  },
  {
    name: 'an undo leaves the later ones good',
    file: RECOVERY,
    text: 'await this.tokens.endLaterWithin(command.run, token);',
    replacement: '',
    specs: ADDRESSES_SPEC,
    test: 'by the first undo',
  },
  {
    name: 'an undo ends the earlier ones',
    file: STATEMENTS,
    text: ' AND later.created_at > t.created_at',
    replacement: '',
    specs: ADDRESSES_SPEC,
    test: 'by the owner although the thief',
  },
  {
    name: 'the former address of an account is free at once',
    file: 'src/users/account-proofs.service.ts',
    text: 'if (await this.tokens.isReservedWithin(command.run, address, userId))',
    replacement: 'if (false)',
    specs: ADDRESSES_SPEC,
    test: 'into no other account meanwhile',
  },
  {
    name: 'the password of a stranger opens the account that the owner proves',
    file: PROOFS,
    text: `if (purpose !== 'register' || password === undefined) return null;`,
    replacement: `if (purpose !== 'register') return null;\nif (password === undefined) return String(data['password_hash']);`,
    specs: SILENT_SPEC,
    test: 'by a stranger',
  },
  {
    name: 'any password finishes the registration of a stranger',
    file: PROOFS,
    text: 'if (await this.hasher.verify(passwordHash, password, by.ip)) return passwordHash;',
    replacement:
      'if ((await this.hasher.verify(passwordHash, password, by.ip)) || true) return passwordHash;',
    specs: SILENT_SPEC,
    test: 'by a stranger',
  },
  {
    name: 'an account without a proved address logs in',
    file: 'src/auth/auth.service.ts',
    text: 'if (this.config.requireVerifiedEmail && !user.emailVerified)',
    replacement: 'if (false)',
    specs: ['test/e2e/required-proof.spec.ts'],
    test: 'logs in only after the proof',
  },
  {
    name: 'notices fill a mailbox',
    file: NOTICES,
    text: 'const isCounted = row.isPrepared || (await this.limiters.takeWithin(run, limit, user.id));',
    replacement: 'const isCounted = limit !== undefined;',
    specs: NOTICES_SPEC,
    test: 'is sent three times',
  },
  {
    name: 'a notice that is switched off is sent',
    file: NOTICES,
    text: 'if (!this.config.notices.includes(kind)) return undefined;',
    replacement: '',
    specs: NOTICES_SPEC,
    test: 'that is switched off',
  },
  {
    name: 'a login from a new device is told to nobody',
    file: 'src/sessions/sessions.service.ts',
    text: 'if (isOfNewDevice) await this.outbox.queueWithin(run, noticeOf(user.id, by));',
    replacement: '',
    specs: NOTICES_SPEC,
    test: 'is sent for another network',
  },
];
