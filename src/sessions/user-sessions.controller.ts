import { Controller, Delete, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { CurrentActor } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import { UsersService } from '../users/users.service.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('administration')
@Controller('api/v1/users/:id/sessions')
@Roles(ADMIN_ROLE)
export class UserSessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
  ) {}

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'End every session of an account' })
  @ApiNoContentResponse({ description: 'They have ended' })
  @ApiProblems(401, 403, 404)
  async endAll(@IdParam() id: string, @CurrentActor() by: Actor): Promise<void> {
    await this.users.get(id);
    await this.sessions.revoke({ userId: id }, 'revoked_by_admin', by);
  }
}
