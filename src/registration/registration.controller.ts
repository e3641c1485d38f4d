import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { MessageDto } from '../auth/auth.dto.js';
import type { Actor } from '../common/actor.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentActor, Public } from '../http/request-context.decorators.js';
import { toUserDto, UserDto } from '../users/user.dto.js';
import { RegisterDto } from './registration.dto.js';
import { RegistrationService } from './registration.service.js';

@ApiTags('auth')
@Controller('api/v1/auth')
@Public()
export class RegistrationController {
  constructor(private readonly registration: RegistrationService) {}

  @Post('register')
  @ApiOperation({
    operationId: 'Auth_register',
    summary: 'Create an account',
    description:
      'A mail asks for a proof of the address (`POST /api/v1/auth/verify-email`). Where the service hides which addresses have an account ' +
      '(`REGISTRATION_SILENT`), the answer is 202 for every address, and the proof, with the password, makes the account.',
  })
  @ApiCreatedResponse({ type: UserDto })
  @ApiAcceptedResponse({ type: MessageDto, description: 'With `REGISTRATION_SILENT`' })
  @ApiProblems(400, 403, 'registration_closed', 'email_domain_refused', 409, 422, 429)
  async register(
    @Body() body: RegisterDto,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDto | MessageDto> {
    const user = await this.registration.register(body, by);
    if (user !== undefined) return toUserDto(user);
    void reply.status(202);
    return { message: 'Accepted', detail: 'A mail to this address says what to do next' };
  }
}
