import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { HotStatements, type Run } from '../database/hot-statements.js';
import { ProblemError } from '../http/problem.error.js';
import type { OutgoingMail } from './outgoing-mail.js';
import { queueMail } from './queue-mail.js';

/** Queues mails. */
@Injectable()
export class MailOutbox {
  constructor(
    private readonly statements: HotStatements,
    private readonly config: AppConfig,
  ) {}

  get isEnabled(): boolean {
    return this.config.mail.transport !== undefined;
  }

  /** @throws ProblemError 409 `mail_not_configured` */
  demandEnabled(): void {
    if (!this.isEnabled) throw new ProblemError('mail_not_configured');
  }

  /** Queues a mail outside of a transaction. */
  async queue(mail: OutgoingMail): Promise<void> {
    await this.queueWithin((statement, values) => this.statements.run(statement, values), mail);
  }

  /** Queues a mail within a transaction; nothing where mail is not configured. */
  async queueWithin(run: Run, mail: OutgoingMail): Promise<void> {
    if (this.isEnabled) await queueMail(run, mail);
  }
}
