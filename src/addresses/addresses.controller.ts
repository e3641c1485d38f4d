import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MessageDto } from '../auth/auth.dto.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { AddressDto } from '../http/address.dto.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentActor, CurrentPrincipal, Public } from '../http/request-context.decorators.js';
import { ChangeEmailDto, ProveEmailDto } from './addresses.dto.js';
import { EmailChangeService } from './email-change.service.js';
import { EmailProofService } from './email-proof.service.js';

@Controller('api/v1')
export class AddressesController {
  constructor(
    private readonly proofs: EmailProofService,
    private readonly changes: EmailChangeService,
  ) {}

  @ApiTags('auth')
  @Public()
  @Post('auth/verify-email')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'Auth_verifyEmail',
    summary: 'Prove an address by the token of a mail',
    description:
      'Of a registration, or of a changed address, which is in force from then on. After a silent registration, the password that was ' +
      'typed then is sent too, or a mail leads to a new one.',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems('one_time_token_invalid', 'wrong_password', 'registration_closed', 'email_taken', 422, 429)
  async verifyEmail(
    @Body() { token, password }: ProveEmailDto,
    @CurrentActor() by: Actor,
  ): Promise<MessageDto> {
    await this.proofs.prove(token, password, by);
    return { message: 'Verified', detail: 'The address is proved' };
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/verify-email/resend')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'Auth_resendVerification',
    summary: 'Ask for the mail again that proves an address',
    description: 'The answer is the same, in the same time, whether or not the address has an account.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  @ApiProblems(400, 'mail_not_configured', 422, 429)
  async resend(@Body() { email }: AddressDto, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.proofs.request(email, by);
    return {
      message: 'Accepted',
      detail: 'If the address waits for a proof, a mail with a link is on its way',
    };
  }

  @ApiTags('users')
  @Post('users/me/change-email')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'Users_changeEmail',
    summary: 'Change my address: a mail to the new one asks for the proof',
    description:
      'The old address stays in force until then. Afterwards it gets a mail with an undo. Where another account has the new address, no ' +
      'mail is sent, and the answer is the same.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  @ApiProblems(400, 401, 'wrong_password', 'email_domain_refused', 'mail_not_configured', 422, 429)
  async changeEmail(
    @CurrentPrincipal() principal: Principal,
    @Body() { new_email, current_password }: ChangeEmailDto,
    @CurrentActor() by: Actor,
  ): Promise<MessageDto> {
    await this.changes.request(principal, new_email, current_password, by);
    return { message: 'Accepted', detail: 'A mail with a link is on its way to the new address' };
  }
}
