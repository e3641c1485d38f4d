import { createHash, randomUUID } from 'node:crypto';
import { sql } from '../../support/postgres/sql.js';
import type { History, Operation } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession, TestUser } from './population.js';
import { type Facts, RequestRecorder } from './request-recorder.js';

/** What the token of a mail does. Each of them ends every session of the account. */
export type MailPurpose = 'reset_password' | 'end_sessions' | 'undo_email_change';

/** As `OneTimeTokens` issues one. The undo leads to the address that the account has. */
const ISSUE_TOKEN = `
  INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, state, expires_at)
  SELECT gen_random_uuid(), $2, $3, id, email,
    CASE $2 WHEN 'reset_password' THEN sha256(convert_to(concat_ws(' ', email, password_hash), 'UTF8')) END,
    now() + interval '10 minutes'
  FROM users WHERE id = $1`;

/** What a change leaves that removes the password. */
const NO_PASSWORD = '';

/** Reads the mails of accounts, uses their tokens, and records that. */
export class RecordingMailReader {
  private readonly recorder: RequestRecorder;

  /** @param databaseUrl where the tokens are at the time */
  constructor(
    history: History,
    private readonly databaseUrl: () => string,
  ) {
    this.recorder = new RequestRecorder(history);
  }

  /** Puts a token where a mail would bring it. @returns `undefined` while PostgreSQL does not answer */
  async receive({ id }: TestUser, purpose: MailPurpose): Promise<string | undefined> {
    const token = randomUUID();
    const digest = createHash('sha256').update(token).digest();
    return sql(this.databaseUrl(), ISSUE_TOKEN, [id, purpose, digest]).then(
      () => token,
      () => undefined,
    );
  }

  /**
   * Uses a token.
   * @param known the sessions of the user that the load knows; all of them end
   * @param next the password that a reset sets; the other purposes remove it
   */
  use(
    instance: Instance,
    { id: userId }: TestUser,
    purpose: MailPurpose,
    token: string,
    known: readonly TestSession[],
    next = NO_PASSWORD,
  ): Promise<Operation> {
    const facts: Facts = { kind: 'set-password', userId, sets: next, ends: known.map(({ id }) => id) };
    const path = `/api/v1/auth/${purpose.replaceAll('_', '-')}`;
    const body = { token, ...(next !== NO_PASSWORD && { new_password: next }) };
    return this.recorder.record(instance, facts, { method: 'POST', path, body });
  }
}
