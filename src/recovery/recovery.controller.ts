import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MessageDto } from '../auth/auth.dto.js';
import type { Actor } from '../common/actor.js';
import { AddressDto } from '../http/address.dto.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { OneTimeTokenDto } from '../http/one-time-token.dto.js';
import { CurrentActor, Public } from '../http/request-context.decorators.js';
import { ResetPasswordDto } from './recovery.dto.js';
import { RecoveryService } from './recovery.service.js';

@ApiTags('auth')
@Controller('api/v1/auth')
@Public()
export class RecoveryController {
  constructor(private readonly recovery: RecoveryService) {}

  @Post('forgot-password')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'Auth_forgotPassword',
    summary: 'Ask for a mail with a link that sets a new password',
    description: 'The answer is the same, in the same time, whether or not the address has an account.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  @ApiProblems(400, 'mail_not_configured', 422, 429)
  async forgotPassword(@Body() { email }: AddressDto, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.recovery.requestReset(email, by);
    return { message: 'Accepted', detail: 'If the address has an account, a mail with a link is on its way' };
  }

  @Post('reset-password')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'Auth_resetPassword',
    summary: 'Set a new password by the token of a mail; every session of the account ends',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems('one_time_token_invalid', 422, 429)
  async resetPassword(
    @Body() { token, new_password }: ResetPasswordDto,
    @CurrentActor() by: Actor,
  ): Promise<MessageDto> {
    await this.recovery.resetPassword(token, new_password, by);
    return { message: 'Password changed', detail: 'All sessions have ended' };
  }

  @Post('end-sessions')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'Auth_endSessions',
    summary: '"This was not me": end every session by the token of a notice',
    description:
      'The password stops working too, because somebody else may know it. A mail leads to a new one.',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems('one_time_token_invalid', 422, 429)
  async endSessions(@Body() { token }: OneTimeTokenDto, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.recovery.reportIntrusion(token, by);
    return { message: 'All sessions have ended', detail: LOCKED_OUT };
  }

  @Post('undo-email-change')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'Auth_undoEmailChange',
    summary: 'Take a changed address back by the token of its notice; every session ends',
    description:
      'The password stops working too: whoever changed the address knew it. A mail leads to a new one.',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems('one_time_token_invalid', 'email_taken', 422, 429)
  async undoEmailChange(@Body() { token }: OneTimeTokenDto, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.recovery.undoEmailChange(token, by);
    return { message: 'The former address is back', detail: LOCKED_OUT };
  }
}

const LOCKED_OUT = 'The password does not work any more. A mail with a link to a new one is on its way';
