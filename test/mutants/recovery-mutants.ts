import { type Mutant, mutantsOf } from './mutant.js';

const STATEMENTS = 'src/one-time-tokens/one-time-token-statements.ts';
const RECOVERY = 'src/recovery/recovery.service.ts';
const RECOVERY_SPEC = 'test/e2e/recovery.spec.ts';
const ADDRESSES_SPEC = 'test/e2e/addresses.spec.ts';
const NOTICES_SPEC = 'test/integration/notices.spec.ts';

/** What one-time tokens open, and for how long; what the owner of an account is told. */
export const RECOVERY_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(STATEMENTS, 'test/integration/one-time-tokens.spec.ts')`
    a one-time token works twice | works once
      - text: \`DELETE FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND \${usable} RETURNING \${GRANT}\`
      + text: \`SELECT \${GRANT} FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND \${usable}\`
    a one-time token outlives a change of the password | ends by a change of
      - concat_ws(' ', u.email, u.password_hash)
      + u.email
    a one-time token outlives its time | holds for the minutes or days
      - t.expires_at > statement_timestamp() AND (t.user_id
      + (t.user_id
  `,
  ...mutantsOf('src/one-time-tokens/one-time-token.ts', RECOVERY_SPEC)`
    an earlier link to a new password stays good | is replaced once by one token
      - reset_password: { bindsTo: 'credential', replaces: true,
      + reset_password: { bindsTo: 'credential', replaces: false,
  `,
  ...mutantsOf(RECOVERY, RECOVERY_SPEC)`
    sessions outlive a reset of the password | both tokens of every session are refused
      - await this.endWithin(command, userId, OF_OLD_PASSWORD, 'password_reset');
      +
  `,
  ...mutantsOf(RECOVERY, ADDRESSES_SPEC)`
    an undo leaves the later ones good | by the first undo
      - await this.tokens.endLaterWithin(command.run, token);
      +
  `,
  ...mutantsOf(STATEMENTS, ADDRESSES_SPEC)`
    an undo ends the earlier ones | by the owner although the thief
      -  AND later.created_at > t.created_at
      +
  `,
  ...mutantsOf('src/users/account-proofs.service.ts', ADDRESSES_SPEC)`
    the former address of an account is free at once | into no other account meanwhile
      - if (await this.tokens.isReservedWithin(command.run, address, userId))
      + if (false)
  `,
  ...mutantsOf('src/addresses/email-proof.service.ts', 'test/e2e/silent-registration.spec.ts')`
    the password of a stranger opens the account that the owner proves | by a stranger
      - if (purpose !== 'register' || password === undefined) return null;
      + if (purpose !== 'register') return null;
      + if (password === undefined) return String(data['password_hash']);
    any password finishes the registration of a stranger | by a stranger
      - if (await this.hasher.verify(passwordHash, password, by.ip)) return passwordHash;
      + if ((await this.hasher.verify(passwordHash, password, by.ip)) || true) return passwordHash;
  `,
  ...mutantsOf('src/auth/auth.service.ts', 'test/e2e/required-proof.spec.ts')`
    an account without a proved address logs in | logs in only after the proof
      - if (this.config.requireVerifiedEmail && !user.emailVerified)
      + if (false)
  `,
  ...mutantsOf('src/notices/notice-mails.ts', NOTICES_SPEC)`
    notices fill a mailbox | is sent three times
      - const isCounted = row.isPrepared || (await this.limiters.takeWithin(run, limit, user.id));
      + const isCounted = limit !== undefined;
    a notice that is switched off is sent | that is switched off
      - if (!this.config.notices.includes(kind)) return undefined;
      +
  `,
  ...mutantsOf('src/sessions/sessions.service.ts', NOTICES_SPEC)`
    a login from a new device is told to nobody | is sent for another network
      - if (isOfNewDevice) await this.outbox.queueWithin(run, noticeOf(user.id, by));
      +
  `,
];
