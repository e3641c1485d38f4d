import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { TokensDto } from '../auth/auth.dto.js';
import type { Actor } from '../common/actor.js';
import { ApiDeviceTokenAnswer } from '../http/api-device-token.decorator.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentActor, DEVICE_TOKEN_HEADER, Public } from '../http/request-context.decorators.js';
import { GivesTokens, TOKEN_HEADERS } from '../http/token-carrier.decorators.js';
import { AcceptInvitationDto } from './invitation.dto.js';
import { InvitationAcceptance } from './invitation-acceptance.service.js';

@ApiTags('auth')
@Controller('api/v1/auth')
@Public()
export class InvitationAcceptanceController {
  constructor(private readonly acceptance: InvitationAcceptance) {}

  @Post('accept-invitation')
  @ApiOperation({
    operationId: 'Auth_acceptInvitation',
    summary: 'Accept an invitation by the token of its mail; the answer is that of a login',
    description:
      'The account has the invited address, which counts as proved, and the invited role. If an account has the address that nobody has ' +
      'proved, it is taken over: name, password and role are replaced, and its sessions end.',
  })
  @GivesTokens()
  @ApiDeviceTokenAnswer(TokensDto, 201, TOKEN_HEADERS)
  @ApiProblems('one_time_token_invalid', 'registration_closed', 'invitation_void', 'email_taken', 422, 429)
  async accept(
    @Body() body: AcceptInvitationDto,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokensDto> {
    const { tokens, deviceToken } = await this.acceptance.accept(body, by);
    void reply.header(DEVICE_TOKEN_HEADER, deviceToken);
    return tokens;
  }
}
