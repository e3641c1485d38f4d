import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { CurrentActor, type RequestOfClient } from '../http/request-context.decorators.js';
import { AdminOrClient } from './admin-or-client.guard.js';
import {
  IssuedOneTimeTokenDto,
  OneTimeTokenRequestDto,
  toIssuedOneTimeTokenDto,
} from './mailer-tokens.dto.js';
import { MailerTokens } from './mailer-tokens.service.js';

/** In this folder because it authenticates clients, which `src/users` may not import. */
@ApiTags('administration')
@Controller('api/v1/users/:id/one-time-token')
@AdminOrClient('one_time_tokens')
export class MailerTokensController {
  constructor(private readonly tokens: MailerTokens) {}

  @Post()
  @ApiOperation({
    // Beside the other operations of accounts, in generated clients.
    operationId: 'Users_issueOneTimeToken',
    summary:
      'Get a one-time token of an account, for a mail of your own: for an admin or for an OAuth client by HTTP Basic',
    description:
      'For a team that sends its mails itself; it needs no `SMTP_URL`. A client needs the scope `one_time_tokens`, and gets no token for the ' +
      'password of an admin. A new token ends the earlier ones of the same purpose, also those of mails of this service. A deactivated ' +
      'account is not found.',
  })
  @ApiCreatedResponse({ type: IssuedOneTimeTokenDto })
  @ApiProblems(400, 404, 422, 429)
  async issue(
    @IdParam() id: string,
    @Body() { purpose }: OneTimeTokenRequestDto,
    @Req() { clientId }: RequestOfClient,
    @CurrentActor() by: Actor,
  ): Promise<IssuedOneTimeTokenDto> {
    return toIssuedOneTimeTokenDto(await this.tokens.issue(id, purpose, clientId, by));
  }
}
