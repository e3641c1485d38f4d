import { Injectable } from '@nestjs/common';
import { type OpenedSession, SessionTokens } from '../auth/session-tokens.service.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { HotStatements } from '../database/hot-statements.js';
import { ProblemError } from '../http/problem.error.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import type { TokenSession } from '../sessions/session.entity.js';
import { accountByAddress } from '../users/account-lookups.js';
import { MailLimits } from '../users/mail-limits.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { RegistrationGate } from '../users/registration-gate.js';
import type { OpenInvitation } from './invitation.js';
import type { AcceptInvitationDto } from './invitation.dto.js';
import { FIND_OPEN } from './invitation-statements.js';
import { type Acceptance, InvitedAccounts } from './invited-accounts.service.js';

/** The limit of tries while the address gets and loses accounts at the same time. */
const MAX_ATTEMPTS = 3;

/** Takes the token of an invitation for an account and its first session. */
@Injectable()
export class InvitationAcceptance {
  constructor(
    private readonly commands: CommandsService,
    private readonly statements: HotStatements,
    private readonly invited: InvitedAccounts,
    private readonly sessionTokens: SessionTokens,
    private readonly gate: RegistrationGate,
    private readonly tokens: OneTimeTokens,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordPolicy,
    private readonly limits: MailLimits,
  ) {}

  /**
   * Makes the account with its password and its proved address, and opens a session: all in one transaction. A refusal changes nothing,
   * and the token stays good.
   * @throws ProblemError 400 `one_time_token_invalid`, 403 `registration_closed`, 409 `invitation_void`, `email_taken`, 422 for a password that
   *   is not accepted, 429
   */
  async accept(
    { token, password, full_name: fullName }: AcceptInvitationDto,
    by: Actor,
  ): Promise<OpenedSession> {
    await this.limits.token(by);
    const invitation = await this.invitationOf(token);
    const { email } = invitation;
    this.gate.demand('invitation', email);
    await this.passwords.demand('password', password, { email, fullName }, by);
    const passwordHash = await this.hasher.hash(password, by.ip);
    const session = await this.tryToAccept({ token, invitation, fullName, passwordHash }, by);
    return this.sessionTokens.ofOpened(session, email, passwordHash, by);
  }

  private async invitationOf(token: string): Promise<OpenInvitation> {
    const { data } = await this.tokens.peek(token, 'accept_invitation');
    const [invitation] = await this.statements.run<OpenInvitation>(FIND_OPEN, [data['invitation_id']]);
    if (invitation === undefined) throw new ProblemError('one_time_token_invalid');
    return invitation;
  }

  /** The accounts to lock are found before the transaction. When the address has another account within it, it is tried again. */
  private async tryToAccept(acceptance: Acceptance, by: Actor): Promise<TokenSession> {
    const { email, invitedBy } = acceptance.invitation;
    let holderId = await this.holderOf(email);
    for (let attempt = 1; ; attempt++) {
      const involved = [invitedBy, holderId].filter((id) => id !== null);
      try {
        return await this.commands.run(by, involved, (command) =>
          this.invited.acceptWithin(command, acceptance, holderId, by),
        );
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTaken(error)) throw error;
        const earlierId = holderId;
        holderId = await this.holderOf(email);
        if (holderId === earlierId) throw error;
      }
    }
  }

  private async holderOf(email: string): Promise<string | null> {
    const run = this.statements.run.bind(this.statements);
    return (await accountByAddress(run, email))?.id ?? null;
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof ProblemError && error.problem.code === 'email_taken';
