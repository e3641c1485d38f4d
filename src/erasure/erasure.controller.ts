import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MessageDto } from '../auth/auth.dto.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { OneTimeTokenDto } from '../http/one-time-token.dto.js';
import { CurrentActor, CurrentPrincipal, Public } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import { EraseMeDto } from './erasure.dto.js';
import { ErasureService } from './erasure.service.js';

const WHEN =
  'At once, or after `DELETION_GRACE_DAYS`: until then the account is deactivated, and its mail and its admins can take the deletion back. ' +
  'Every session ends before the answer.';

@Controller('api/v1')
export class ErasureController {
  constructor(private readonly erasure: ErasureService) {}

  @ApiTags('users')
  @Delete('users/me')
  @HttpCode(204)
  @ApiOperation({ operationId: 'Me_erase', summary: 'Erase my account', description: WHEN })
  @ApiBody({ type: EraseMeDto })
  @ApiNoContentResponse({ description: 'It is erased, or will be' })
  @ApiProblems(400, 401, 'wrong_password', 'last_admin', 'account_referenced', 422, 429)
  async eraseMe(
    @CurrentPrincipal() principal: Principal,
    @Body() { current_password }: EraseMeDto,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    await this.erasure.eraseMe(principal, current_password, by);
  }

  @ApiTags('administration')
  @Roles(ADMIN_ROLE)
  @Delete('users/:id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'Users_erase',
    summary: 'Erase the account of somebody else',
    description: `${WHEN} \`PATCH\` with \`is_active: true\` takes the deletion back.`,
  })
  @ApiNoContentResponse({ description: 'It is erased, or will be' })
  @ApiProblems(401, 403, 404, 'last_admin', 'account_referenced')
  async erase(@IdParam() id: string, @CurrentActor() by: Actor): Promise<void> {
    await this.erasure.eraseOther(id, by);
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/undo-deletion')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'Auth_undoDeletion',
    summary: 'Take the deletion of an account back by the token of its mail',
    description: 'The account is active again. Its sessions have ended, so the person logs in anew.',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems('one_time_token_invalid', 422, 429)
  async undo(@Body() { token }: OneTimeTokenDto, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.erasure.undo(token, by);
    return { message: 'The account stays', detail: 'Log in as before' };
  }
}
