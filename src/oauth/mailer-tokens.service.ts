import { Injectable } from '@nestjs/common';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { Problems } from '../http/problem.error.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import type { IssuedToken } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { UsersService } from '../users/users.service.js';
import type { MailerPurpose } from './mailer-tokens.dto.js';

/** One-time tokens for teams that send the mails themselves. */
@Injectable()
export class MailerTokens {
  private readonly ofIssuer: Limiter;

  constructor(
    private readonly commands: CommandsService,
    private readonly users: UsersService,
    private readonly tokens: OneTimeTokens,
    private readonly limiters: Limiters,
  ) {
    this.ofIssuer = limiters.for({ name: 'one-time-token-issue', attempts: 1000 });
  }

  /**
   * Issues a token of an active account.
   * @param clientId the OAuth client that asks; `undefined` for an admin
   * @throws ProblemError 401 or 403 when the admin may not any more, 403 for a client that asks for the password of an admin, 404, 429
   */
  async issue(
    userId: string,
    purpose: MailerPurpose,
    clientId: string | undefined,
    by: Actor,
  ): Promise<IssuedToken> {
    await this.limiters.demand(this.ofIssuer, String(clientId ?? by.id), by.redisWaits);
    const ofClient: Record<string, string> = clientId === undefined ? {} : { client_id: clientId };
    return this.commands.run(by, [userId], async (command) => {
      await command.demandCaller();
      const { role } = await this.users.getWithin(command, userId);
      // A client secret that has leaked must not make its finder an admin.
      if (clientId !== undefined && purpose === 'reset_password' && role === ADMIN_ROLE)
        throw Problems.forbidden('A client gets no token for the password of an admin');
      const issued = await this.tokens.issueWithin(command.run, { purpose, userId, data: ofClient });
      const details = { purpose, ...ofClient };
      await command.note('user.one_time_token_issued', { userId, details });
      return issued;
    });
  }
}
