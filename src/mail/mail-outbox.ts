import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { HotStatements, type Run } from '../database/hot-statements.js';
import { ProblemError } from '../http/problem.error.js';
import type { OutgoingMail } from './outgoing-mail.js';
import { queueMail } from './queue-mail.js';

/** The mails that wait in PostgreSQL until they are sent (ADR 0050). Where no mail is configured, none are queued. */
@Injectable()
export class MailOutbox {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly statements: HotStatements,
    private readonly config: AppConfig,
  ) {}

  /** Whether this service sends mail. */
  get isEnabled(): boolean {
    return this.config.mail.transport !== undefined;
  }

  /** @throws ProblemError 409 `mail_not_configured` */
  demandEnabled(): void {
    if (!this.isEnabled) throw new ProblemError('mail_not_configured');
  }

  /** Queues a mail that belongs to no change. @throws Error of the driver */
  async queue(mail: OutgoingMail): Promise<void> {
    await this.queueWithin((statement, values) => this.statements.run(statement, values), mail);
    this.wake();
  }

  /**
   * Queues a mail in a transaction that is not a command. Call `wake` after its commit; otherwise the mail leaves up to a second later.
   * @throws Error of the driver
   */
  async queueWithin(run: Run, mail: OutgoingMail): Promise<void> {
    if (this.isEnabled) await queueMail(run, mail);
  }

  /** Has the sender of this instance look for mails that were committed just now. */
  wake(): void {
    for (const listener of this.listeners) listener();
  }

  /** @param listener is called at each `wake` */
  onWake(listener: () => void): void {
    this.listeners.push(listener);
  }
}
