import { Injectable } from '@nestjs/common';
import type { Command } from '../commands/command.js';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { ProblemError } from '../http/problem.error.js';
import { ALL_PURPOSES } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import type { TokenSession } from '../sessions/session.entity.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { accountByAddress } from '../users/account-lookups.js';
import { AccountProofs, type ClaimedAccount } from '../users/account-proofs.service.js';
import type { AccountRecord } from '../users/account-statements.js';
import { NewAccounts } from '../users/new-accounts.service.js';
import type { OpenInvitation } from './invitation.js';
import { ACCEPT, LOCK_OPEN } from './invitation-statements.js';

export interface Acceptance {
  readonly token: string;
  /** As it was before the transaction. */
  readonly invitation: OpenInvitation;
  readonly fullName: string;
  readonly passwordHash: string;
}

/** Gives the address of an invitation its account, within a transaction. */
@Injectable()
export class InvitedAccounts {
  constructor(
    private readonly accounts: NewAccounts,
    private readonly proofs: AccountProofs,
    private readonly sessions: SessionsService,
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {}

  /**
   * Uses the token, makes the account or takes it over, and opens a session, within a command that has locked the inviter and the holder.
   * @param holderId the account that has the address; `null` for none
   * @throws ProblemError 400 `one_time_token_invalid`, 403, 409 `invitation_void`, `email_taken`, also when another account has the address now
   */
  async acceptWithin(
    command: Command,
    { token, invitation: { id, email, invitedBy }, fullName, passwordHash }: Acceptance,
    holderId: string | null,
    by: Actor,
  ): Promise<TokenSession> {
    // The invitation before its token, as whoever sends or ends one does.
    const [invitation] = await command.run<OpenInvitation>(LOCK_OPEN, [id]);
    await this.tokens.consumeWithin(command.run, token, 'accept_invitation');
    const { role, locale } = this.demandRights(invitation);
    const holder = await accountByAddress(command.run, email);
    // An inviter who is the holder must not become somebody else: there might be no admin left.
    if ((holder?.id ?? null) !== holderId || (holderId !== null && holderId === invitedBy))
      throw new ProblemError('email_taken');
    const account = { passwordHash, fullName, role, locale };
    const userId =
      holder === undefined
        ? await this.accounts.insertWithin(command, {
            ...account,
            email,
            isVerified: true,
            origin: 'invitation',
          })
        : await this.claimWithin(command, holder, account);
    await command.run(ACCEPT, [id]);
    const details = { invitation_id: id, role, account: holder === undefined ? 'new' : 'claimed' };
    await command.note('invitation.accepted', { userId, details });
    return this.openWithin(command, userId, passwordHash, by);
  }

  /** An invitation is as good as the rights of who sent it, at the moment of the acceptance. */
  private demandRights(invitation: OpenInvitation | undefined): OpenInvitation {
    if (invitation === undefined) throw new ProblemError('one_time_token_invalid');
    if (!invitation.isBacked) throw new ProblemError('invitation_void');
    if (!this.config.roles.names.includes(invitation.role))
      throw new ProblemError('invitation_void', {
        detail: 'The role of this invitation is not granted any more',
      });
    return invitation;
  }

  /**
   * Takes over an account whose address was never proved: a stranger may have registered the invited address first, to share the account
   * with its owner (pre-hijacking). Whatever the stranger has of it ends.
   */
  private async claimWithin(
    command: Command,
    holder: AccountRecord,
    account: ClaimedAccount,
  ): Promise<string> {
    await this.proofs.claim(command, holder, account);
    await this.sessions.revokeWithin(command, { userId: holder.id }, 'account_claimed');
    await this.tokens.endWithin(command.run, holder.id, ALL_PURPOSES);
    return holder.id;
  }

  private async openWithin(
    command: Command,
    id: string,
    passwordHash: string,
    by: Actor,
  ): Promise<TokenSession> {
    const opened = await this.sessions.openWithin(
      command.run,
      { id, passwordHash },
      { clientId: null, deviceName: null },
      by,
    );
    if (opened === undefined) throw new TypeError('an account that was just made opens no session');
    command.changed(...opened.changes);
    return opened.session;
  }
}
