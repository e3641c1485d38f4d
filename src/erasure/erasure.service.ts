import { Injectable } from '@nestjs/common';
import { CurrentPassword } from '../auth/current-password.service.js';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { AppConfig } from '../config/app-config.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import type { Change } from '../log/change-feed.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { MailLimits } from '../users/mail-limits.js';
import { problemOfDeletion } from '../users/referenced-account.js';
import { ErasureMetrics } from './erasure-metrics.js';
import {
  type AccountToErase,
  ERASE,
  NAME_ERASER,
  READ_TO_ERASE,
  SCHEDULE,
  UNDO,
} from './erasure-statements.js';

type FoundAccount = Extract<AccountToErase, { id: string }>;

/**
 * Erases accounts, at once or after `DELETION_GRACE_DAYS`, and takes a deletion back until then (ADR 57). All that names the person ends in
 * the transaction that deletes the account.
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly commands: CommandsService,
    private readonly currentPassword: CurrentPassword,
    private readonly tokens: OneTimeTokens,
    private readonly outbox: MailOutbox,
    private readonly limits: MailLimits,
    private readonly metrics: ErasureMetrics,
    private readonly config: AppConfig,
  ) {}

  /**
   * Erases the caller's own account.
   * @throws ProblemError 401, 403 `wrong_password`, 409 `last_admin` or `account_referenced`, 429
   */
  async eraseMe(principal: Principal, password: string, by: Actor): Promise<void> {
    await this.currentPassword.demand(principal, password, 'user.erasure_failed', by);
    await this.erase(principal.id, by);
  }

  /**
   * Erases the account of somebody else, as an admin.
   * @throws ProblemError 401, 403, also for the own account, which needs the password, 404, 409 `last_admin` or
   *   `account_referenced`
   */
  async eraseOther(id: string, by: Actor): Promise<void> {
    if (id === by.id)
      throw Problems.forbidden('Your own account needs your password: DELETE /api/v1/users/me');
    await this.erase(id, by);
  }

  /**
   * Takes a deletion back by the token of its mail. The account is active again; its sessions have ended.
   * @throws ProblemError 400 `one_time_token_invalid`, 429
   */
  async undo(token: string, by: Actor): Promise<void> {
    await this.limits.token(by);
    const { userId } = await this.tokens.peek(token, 'undo_deletion');
    if (userId === null) throw new TypeError('a token for undo_deletion has no account');
    await this.commands.run(by, [userId], async (command) => {
      await this.tokens.consumeWithin(command.run, token, 'undo_deletion');
      if ((await command.run(UNDO, [userId])).length === 0) throw new ProblemError('one_time_token_invalid');
      command.changed(changeOf(userId, 'user_activated'));
      await command.note('user.erasure_undone', { userId });
    });
  }

  private async erase(id: string, by: Actor): Promise<void> {
    const { deletionGraceDays: days } = this.config;
    const act = async (command: Command) => {
      const account = await command.act<AccountToErase>(READ_TO_ERASE, [id]);
      if (account.id === null) throw Problems.notFound('User not found');
      if (account.role === ADMIN_ROLE && account.isActive && !account.hasOtherAdmins)
        throw new ProblemError('last_admin');
      if (days > 0) await this.scheduleWithin(command, account, days, by);
      else await this.eraseWithin(command, account, by);
    };
    await this.commands.run(by, [id], act, days > 0 ? 'admins' : 'erasure').catch((error: unknown) => {
      throw problemOfDeletion(error);
    });
    if (days === 0) this.metrics.erased(by.id === id ? 'user' : 'admin');
  }

  /** What is queued after the deletion stays: the last mail, whose row has the address until the mail is sent. */
  private async eraseWithin(command: Command, account: FoundAccount, by: Actor): Promise<void> {
    const { id, email, liveSessions, locale } = account;
    await command.run(NAME_ERASER, [JSON.stringify(eraserOf(id, by))]);
    await command.run(ERASE, [id]);
    command.changed(...liveSessions.map((sessionId) => endOf(sessionId, id)), {
      kind: 'user.deleted',
      user_id: id,
      session_id: null,
      reason: null,
    });
    const language = locale ?? (by.id === id ? by.language : null);
    await command.mail({
      kind: 'account_deleted',
      address: email,
      language,
      data: { forgets_address: true },
    });
  }

  /**
   * An undo gives back what the account could do: so who was deactivated before gets none. To ask once more changes nothing, so that an
   * answer that was lost does no harm.
   */
  private async scheduleWithin(
    command: Command,
    account: FoundAccount,
    days: number,
    by: Actor,
  ): Promise<void> {
    const { id: userId, isActive, deletionDueAt } = account;
    if (deletionDueAt !== null) return;
    const [scheduled] = await command.run<{ dueAt: Date }>(SCHEDULE, [userId, days]);
    if (scheduled === undefined) throw Problems.notFound('User not found');
    const { dueAt } = scheduled;
    command.changed(changeOf(userId, isActive ? 'user_deactivated' : null));
    await command.note('user.erasure_requested', { userId, details: { due_at: dueAt.toISOString() } });
    if (!this.outbox.isEnabled) return;
    const undo = isActive ? await this.issueUndo(command, userId, dueAt) : {};
    const data = { due_at: dueAt.toISOString(), ...undo };
    await command.mail({ kind: 'deletion_scheduled', userId, language: by.language, data });
  }

  /** The token holds as long as the account: its statement refuses it once the deletion was taken back. */
  private async issueUndo(command: Command, userId: string, dueAt: Date): Promise<{ token_id: string }> {
    const lifeSeconds = Math.ceil((dueAt.getTime() - Date.now()) / 1000);
    const { id } = await this.tokens.issueWithin(command.run, {
      purpose: 'undo_deletion',
      userId,
      lifeSeconds,
    });
    return { token_id: id };
  }
}

/** For the event in the audit trail. A person who erases the own account leaves neither address nor device there. */
function eraserOf(id: string, { id: actor, ip, userAgent, requestId }: Actor): object {
  if (actor === id) return { id, request_id: requestId, reason: 'erased_by_user' };
  return { id: actor, ip, user_agent: userAgent, request_id: requestId, reason: 'erased_by_admin' };
}

/** The rows that the triggers of the log write. */
const changeOf = (id: string, reason: Change['reason']): Change => ({
  kind: 'user.updated',
  user_id: id,
  session_id: null,
  reason,
  claims: {},
});
const endOf = (sessionId: string, userId: string): Change => ({
  kind: 'session.revoked',
  user_id: userId,
  session_id: sessionId,
  reason: 'user_erased',
});
