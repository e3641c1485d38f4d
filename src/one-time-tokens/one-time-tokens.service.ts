import { createHash, createHmac, type KeyObject, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { derivedKey } from '../common/derived-key.js';
import { AppConfig } from '../config/app-config.js';
import { HotStatements, type Run } from '../database/hot-statements.js';
import { ProblemError } from '../http/problem.error.js';
import {
  type IssuedToken,
  PURPOSE_RULES,
  type TokenGrant,
  type TokenPurpose,
  type TokenToIssue,
} from './one-time-token.js';
import {
  CONSUME,
  END_LATER,
  END_OF_ACCOUNT,
  END_OF_ADDRESS,
  FIND_ISSUED,
  IS_RESERVED,
  ISSUE,
  LOCK_ACCOUNT,
  LOCK_ADDRESS,
  PEEK,
} from './one-time-token-statements.js';

const KEY_PURPOSE = 'ergodrive one-time token';

/**
 * Tokens that open something once: a new password, a proved address, an invitation. A token is derived from its id by a key of the
 * service (HMAC-SHA-256, 256 bits), and stored as its SHA-256 digest. So a mail is written again with the same token, and nobody who
 * reads the database or a backup can use one.
 */
@Injectable()
export class OneTimeTokens {
  private readonly key: KeyObject;

  constructor(
    private readonly statements: HotStatements,
    private readonly config: AppConfig,
  ) {
    this.key = derivedKey(config.tokens.key, KEY_PURPOSE);
  }

  /**
   * Issues a token within a transaction. Earlier tokens of the purpose end where its rules say so.
   * @throws ProblemError 404 when the account is gone or inactive
   */
  async issueWithin(run: Run, toIssue: TokenToIssue): Promise<IssuedToken> {
    const issued = await this.issueIfActive(run, toIssue);
    if (issued === undefined) throw new ProblemError('not_found', { detail: 'User not found' });
    return issued;
  }

  /**
   * The token of a mail, which may be written several times: issued by the id of the mail when it is first written, and found then.
   * @returns `undefined` when it was used, replaced, or has ended, and for an account that was deactivated meanwhile
   */
  async ofMailWithin(
    run: Run,
    mail: { id: string; isPrepared: boolean },
    toIssue: TokenToIssue,
  ): Promise<IssuedToken | undefined> {
    const { id } = mail;
    return mail.isPrepared
      ? this.findWithin(run, toIssue.purpose, id)
      : this.issueIfActive(run, { ...toIssue, id });
  }

  /** The token that was issued by this id, or `undefined` when it was used, replaced, or has ended. */
  async findWithin(run: Run, purpose: TokenPurpose, id: string): Promise<IssuedToken | undefined> {
    const token = this.tokenOf(purpose, id);
    const [row] = await run<{ expires_at: Date }>(FIND_ISSUED, [digestOf(token), [purpose]]);
    return row && { id, token, expiresAt: row.expires_at };
  }

  /**
   * Whose token this is, without using it: for the locks that the use needs.
   * @throws ProblemError 400 `one_time_token_invalid` for one that is unknown, used, expired, or of another purpose
   */
  async peek(token: string, ...purposes: TokenPurpose[]): Promise<TokenGrant> {
    return granted(await this.statements.run<TokenGrant>(PEEK, [digestOf(token), purposes]));
  }

  /** Uses the token within a transaction, by one conditional statement. @throws ProblemError as {@link peek} */
  async consumeWithin(run: Run, token: string, purpose: TokenPurpose): Promise<TokenGrant> {
    return granted(await run<TokenGrant>(CONSUME, [digestOf(token), [purpose]]));
  }

  /** Ends the account's tokens of these purposes. */
  async endWithin(run: Run, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
    await run(END_OF_ACCOUNT, [userId, purposes]);
  }

  /** Ends what was issued after this token, before its use, to the same account for the same purpose. */
  async endLaterWithin(run: Run, token: string): Promise<void> {
    await run(END_LATER, [digestOf(token)]);
  }

  /** Until the commit nobody else who asks for it uses or ends tokens of the address. */
  async lockAddressWithin(run: Run, address: string): Promise<void> {
    await run(LOCK_ADDRESS, [address]);
  }

  /** Ends the tokens of an address that has no account. */
  async endOfAddressWithin(run: Run, address: string, purpose: TokenPurpose): Promise<void> {
    await run(END_OF_ADDRESS, [address, purpose]);
  }

  /** Whether another account may still get this address back by an undo. @param userId whose own undo does not count */
  async isReservedWithin(run: Run, address: string, userId: string | null): Promise<boolean> {
    const [row] = await run<{ is_reserved: boolean }>(IS_RESERVED, [address, userId]);
    return row?.is_reserved === true;
  }

  private async issueIfActive(run: Run, toIssue: TokenToIssue): Promise<IssuedToken | undefined> {
    const { purpose, id = randomUUID(), userId = null, address = null, data = {} } = toIssue;
    const { replaces } = PURPOSE_RULES[purpose];
    const token = this.tokenOf(purpose, id);
    const lifeSeconds = toIssue.lifeSeconds ?? this.lifeSecondsOf(purpose);
    if (userId !== null) await run(LOCK_ACCOUNT, [userId]);
    const values = [id, purpose, digestOf(token), userId, address, data, lifeSeconds, replaces];
    const [row] = await run<{ expires_at: Date }>(ISSUE, values);
    return row && { id, token, expiresAt: row.expires_at };
  }

  private lifeSecondsOf(purpose: TokenPurpose): number {
    const { shortSeconds, longSeconds } = this.config.oneTimeTokens;
    return PURPOSE_RULES[purpose].life === 'short' ? shortSeconds : longSeconds;
  }

  private tokenOf(purpose: TokenPurpose, id: string): string {
    return createHmac('sha256', this.key).update(`${purpose} ${id}`).digest('base64url');
  }
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

function granted([grant]: readonly TokenGrant[]): TokenGrant {
  if (grant === undefined) throw new ProblemError('one_time_token_invalid');
  return grant;
}
