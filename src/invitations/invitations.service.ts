import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AuditAction } from '../audit/audit-action.js';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { HotStatements } from '../database/hot-statements.js';
import type { PageQueryDto } from '../http/page-query.dto.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { IssuedToken } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountByAddress } from '../users/account-lookups.js';
import { normaliseEmail } from '../users/email.js';
import { MailLimits } from '../users/mail-limits.js';
import type { InviteeDto } from '../users/new-account.dto.js';
import { RegistrationGate } from '../users/registration-gate.js';
import type { Invitation, InvitationState, OpenInvitation } from './invitation.js';
import { COUNT, END, FIND_OPEN, INSERT, LIST, LOCK_OPEN, RENEW } from './invitation-statements.js';

/**
 * Invites people by mail. A token, which the mail alone has, opens an invitation; who knows the address gets nothing. An address has one open
 * invitation at most: another one, or another mail, ends the earlier token.
 */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly commands: CommandsService,
    private readonly statements: HotStatements,
    private readonly gate: RegistrationGate,
    private readonly tokens: OneTimeTokens,
    private readonly outbox: MailOutbox,
    private readonly limits: MailLimits,
    private readonly config: AppConfig,
  ) {}

  /**
   * Invites an address, of any domain. An earlier open invitation of the address ends.
   * @throws ProblemError 403 `registration_closed`, 409 `mail_not_configured`, `email_taken`, 429
   */
  async create(
    { email, role = this.config.roles.default, locale }: InviteeDto,
    by: Actor,
  ): Promise<Invitation> {
    const [id, address] = [randomUUID(), normaliseEmail(email)];
    await this.demandMail(address, by);
    return this.commands.run(by, [], async (command) => {
      await command.demandCaller();
      await this.tokens.lockAddressWithin(command.run, address);
      await this.demandFree(command, address, by);
      for (const replaced of await command.run<{ id: string }>(END, [null, address]))
        await note(command, 'invitation.ended', replaced.id, { replaced_by: id });
      const { id: tokenId, expiresAt } = await this.issueWithin(command, id, address);
      const values = [id, address, role, locale ?? null, by.id, tokenId, expiresAt];
      const [invitation] = await command.run<Invitation>(INSERT, values);
      await note(command, 'invitation.created', id, { role });
      await this.mailWithin(command, id, tokenId, by);
      return one(invitation);
    });
  }

  /** Newest first. */
  async list(
    { page, page_size }: PageQueryDto,
    state: InvitationState | null,
  ): Promise<{ total: number; invitations: Invitation[] }> {
    const [counted] = await this.statements.run<{ total: number }>(COUNT, [state]);
    const values = [state, page_size, (page - 1) * page_size];
    const invitations = await this.statements.run<Invitation>(LIST, values);
    return { total: counted?.total ?? 0, invitations };
  }

  /**
   * Sends another mail, also for an invitation that has expired. Its token is a new one, the life is counted anew, and the sender of this mail
   * is who has invited.
   * @throws ProblemError as {@link create}, 404 for one that was accepted or has ended
   */
  async resend(id: string, by: Actor): Promise<void> {
    const [found] = await this.statements.run<OpenInvitation>(FIND_OPEN, [id]);
    await this.demandMail(one(found).email, by);
    await this.commands.run(by, [], async (command) => {
      await command.demandCaller();
      const [open] = await command.run<OpenInvitation>(LOCK_OPEN, [id]);
      const { email } = one(open);
      await this.demandFree(command, email, by);
      const { id: tokenId, expiresAt } = await this.issueWithin(command, id, email);
      await command.run(RENEW, [id, by.id, tokenId, expiresAt]);
      await note(command, 'invitation.resent', id);
      await this.mailWithin(command, id, tokenId, by);
    });
  }

  /** Ends an invitation and its token. @throws ProblemError 404 for one that was accepted or has ended */
  async end(id: string, by: Actor): Promise<void> {
    await this.commands.run(by, [], async (command) => {
      await command.demandCaller();
      const [ended] = await command.run<{ email: string }>(END, [id, null]);
      await this.tokens.endOfAddressWithin(command.run, one(ended).email, 'accept_invitation');
      await note(command, 'invitation.ended', id);
    });
  }

  private async demandMail(email: string, by: Actor): Promise<void> {
    this.gate.demand('invitation', email);
    this.outbox.demandEnabled();
    await this.limits.mailOfAdmin(email, by);
  }

  /** Refuses an address for which an acceptance would be refused. An account whose address is not proved may be a stranger's. */
  private async demandFree({ run }: Command, email: string, by: Actor): Promise<void> {
    const account = await accountByAddress(run, email);
    const isTaken =
      account !== undefined && (account.emailVerified || !account.isActive || account.id === by.id);
    if (isTaken || (await this.tokens.isReservedWithin(run, email, null)))
      throw new ProblemError('email_taken');
  }

  private issueWithin({ run }: Command, id: string, address: string): Promise<IssuedToken> {
    const toIssue = { purpose: 'accept_invitation', address, data: { invitation_id: id } } as const;
    return this.tokens.issueWithin(run, toIssue);
  }

  private async mailWithin(command: Command, id: string, tokenId: string, by: Actor): Promise<void> {
    const data = { invitation_id: id, token_id: tokenId };
    await command.mail({ kind: 'invitation', language: by.language, data });
  }
}

const note = (command: Command, action: AuditAction, id: string, details: Record<string, string> = {}) =>
  command.note(action, { details: { invitation_id: id, ...details } });

/** @throws ProblemError 404 */
function one<T>(row: T | undefined): T {
  if (row === undefined)
    throw Problems.notFound('There is no such invitation, or it was accepted or has ended');
  return row;
}
