import { Controller, Delete, Get, HttpCode, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { Problems } from '../http/problem.error.js';
import { CurrentActor, CurrentPrincipal } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import { UsersService } from '../users/users.service.js';
import { SessionPageDto, toSessionDto } from './session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('administration')
@Controller('api/v1/users/:id/sessions')
@Roles(ADMIN_ROLE)
export class UserSessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The live sessions of an account, newest first' })
  @ApiOkResponse({ type: SessionPageDto })
  @ApiProblems(401, 403, 404, 422)
  async list(
    @IdParam() id: string,
    @CurrentPrincipal() { sessionId }: Principal,
    @Query() { page, page_size }: PageQueryDto,
  ): Promise<SessionPageDto> {
    await this.users.get(id);
    const { total, sessions } = await this.sessions.list(id, { page, page_size });
    return { total, sessions: sessions.map((session) => toSessionDto(session, sessionId)), page, page_size };
  }

  @Delete(':session_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End one session of an account; its tokens are refused at once, on every instance',
  })
  @ApiNoContentResponse({ description: 'It has ended' })
  @ApiProblems(401, 403, 404)
  async end(
    @IdParam() userId: string,
    @IdParam('session_id') id: string,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    const ended = await this.sessions.revoke({ userId, id }, 'revoked_by_admin', by);
    if (ended === 0) throw Problems.notFound('Session not found');
  }

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
