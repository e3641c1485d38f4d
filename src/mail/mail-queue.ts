import { Injectable } from '@nestjs/common';
import { HotStatements } from '../database/hot-statements.js';
import type { Letter, MailKind, MailRow } from './mail-kind.js';
import { MailKinds } from './mail-kinds.js';
import {
  BURY,
  BURY_EXPIRED,
  CLAIM,
  COUNT,
  GIVE_BACK,
  MARK_PREPARED,
  READ,
  REMOVE,
  RENEW,
  RETRY,
} from './mail-statements.js';

/** A mail that a sender has for itself until its lease ends. */
export interface ClaimedMail {
  readonly id: string;
  readonly lease: string;
  readonly kind: string;
}

/** A mail that is ready to be written. */
export interface PreparedMail {
  readonly row: MailRow;
  readonly letter: Letter;
}

/** A mail that will not be tried again, and is kept for operators. */
export interface DeadMail {
  readonly id: string;
  readonly kind: string;
  readonly attempts: number;
  readonly last_error: string;
}

export interface MailCounts {
  readonly waiting: number;
  readonly dead: number;
  /** How long the oldest one waits; 0 without any. */
  readonly oldestSeconds: number;
  /** Why the last attempt at one that waits failed; `null` where none failed. Without a secret. */
  readonly lastError: string | null;
}

/** The outbox as senders use it. Each statement is a transaction of its own, so none is open while a server is asked. */
@Injectable()
export class MailQueue {
  constructor(
    private readonly statements: HotStatements,
    private readonly kinds: MailKinds,
  ) {}

  /** Takes a mail that is due, if there is one. */
  async claim(): Promise<ClaimedMail | undefined> {
    const { names } = this.kinds;
    if (names.length === 0) return undefined;
    const [claimed] = await this.statements.run<ClaimedMail>(CLAIM, [names]);
    return claimed;
  }

  /**
   * Has the kind prepare its letter.
   * @returns `dropped` where nothing is to be sent and the row is removed, `lost` where the row is gone or has another sender
   * @throws Error of the driver or of the kind
   */
  prepare({ id, lease, kind }: ClaimedMail): Promise<PreparedMail | 'dropped' | 'lost'> {
    const known: MailKind | undefined = this.kinds.get(kind);
    return this.statements.transaction(async ({ run }) => {
      const [row] = await run<MailRow>(READ, [id, lease]);
      if (row === undefined || known === undefined) return 'lost';
      const letter = await known.prepare(row, run);
      if (letter === undefined) {
        await run(REMOVE, [id]);
        return 'dropped';
      }
      await run(MARK_PREPARED, [id, letter.expiresAt]);
      return { row, letter };
    });
  }

  /** Whether the sender still has the mail, and may send it for the length of a lease from now on. */
  async renew({ id, lease }: ClaimedMail): Promise<boolean> {
    return (await this.statements.run(RENEW, [id, lease])).length > 0;
  }

  async remove({ id }: ClaimedMail): Promise<void> {
    await this.statements.run(REMOVE, [id]);
  }

  /** @param reason without a secret */
  async retry({ id, lease }: ClaimedMail, reason: string): Promise<void> {
    await this.statements.run(RETRY, [id, lease, reason]);
  }

  async giveBack({ id, lease }: ClaimedMail): Promise<void> {
    await this.statements.run(GIVE_BACK, [id, lease]);
  }

  /** @param reason without a secret */
  async bury({ id, lease }: ClaimedMail, reason: string): Promise<void> {
    await this.statements.run(BURY, [id, lease, reason]);
  }

  buryExpired(): Promise<DeadMail[]> {
    return this.statements.run<DeadMail>(BURY_EXPIRED, []);
  }

  async count(): Promise<MailCounts> {
    const [counts] = await this.statements.run<MailCounts>(COUNT, []);
    if (counts === undefined) throw new TypeError('an aggregate answers a row');
    return counts;
  }
}
