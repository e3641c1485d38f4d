import type { EntityManager } from 'typeorm';
import type { AuditAction } from '../audit/audit-action.js';
import { type AuditSubject, noteWithin } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import type { HotStatement, Run, Transaction } from '../database/hot-statements.js';
import type { Change } from '../log/change-feed.js';
import type { MailOutbox } from '../mail/mail-outbox.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { CALLER, type CallerRow, callerValues, demandPermitted } from './caller.js';

const CHECK_CALLER: HotStatement = {
  name: 'check_caller',
  text: `WITH ${CALLER} SELECT (SELECT role FROM caller) AS caller_role`,
};

/** A transaction on behalf of an actor. What it writes is committed together or not at all, with the lines of the audit trail. */
export class Command {
  /** What it changed of what caches hold. */
  readonly changes: Change[] = [];
  /** What it causes. */
  readonly mails: OutgoingMail[] = [];
  private hasChecked: boolean;

  constructor(
    private readonly transaction: Transaction,
    private readonly by: Actor,
    private readonly outbox: MailOutbox,
  ) {
    this.hasChecked = by.sessionId === null;
  }

  /** Whether the caller was checked, or there is no session to check. */
  get hasCheckedCaller(): boolean {
    return this.hasChecked;
  }

  /** Runs a statement and checks nobody: `act` or `entities` does. */
  get run(): Run {
    return this.transaction.run;
  }

  /**
   * Runs a statement that has `CALLER`, and always answers a row.
   * @param values of the parameters from `$7` on
   * @throws ProblemError 401 `token_revoked`, 403 `forbidden` when the caller may not any more
   */
  async act<Row extends object>(statement: HotStatement, values: readonly unknown[]): Promise<Row> {
    const [row] = await this.run<CallerRow & Row>(statement, [...callerValues(this.by), ...values]);
    if (row?.caller_role === undefined) throw new TypeError(`${statement.name} answers no caller_role`);
    demandPermitted(this.by, row);
    this.hasChecked = true;
    return row;
  }

  /**
   * The entities of TypeORM within this transaction. The caller is checked first, and stays permitted until the commit.
   * @throws ProblemError 401 `token_revoked`, 403 `forbidden` when the caller may not any more
   */
  async entities(): Promise<EntityManager> {
    await this.demandCaller();
    return this.transaction.entities();
  }

  /**
   * Checks the caller, who stays permitted until the commit.
   * @throws ProblemError 401 `token_revoked`, 403 `forbidden` when the caller may not any more
   */
  async demandCaller(): Promise<void> {
    if (!this.hasChecked) await this.act(CHECK_CALLER, []);
  }

  /** Writes a line of the audit trail. */
  async note(action: AuditAction, subject: AuditSubject): Promise<void> {
    await noteWithin(this.run, action, this.by, subject);
  }

  /** Sends a mail if this transaction commits; without a mail server it does nothing. */
  async mail(mail: OutgoingMail): Promise<void> {
    await this.outbox.queueWithin(this.run, mail);
    this.mails.push(mail);
  }

  /** Has the entries evicted that this transaction makes wrong, between its commit and the answer. */
  changed(...changes: readonly Change[]): void {
    this.changes.push(...changes);
  }
}
