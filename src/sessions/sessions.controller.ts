import { Body, Controller, Delete, Get, HttpCode, Patch, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import type { Principal } from '../common/principal.js';
import { Problems } from '../http/problem.error.js';
import { CurrentActor, CurrentPrincipal } from '../http/request-context.decorators.js';
import {
  EndSessionsQueryDto,
  NameSessionDto,
  SessionDto,
  SessionPageDto,
  toSessionDto,
} from './session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('sessions')
@Controller('api/v1/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({ summary: 'My live sessions, newest first' })
  @ApiOkResponse({ type: SessionPageDto })
  @ApiProblems(401, 422)
  async list(
    @CurrentPrincipal() { id, sessionId }: Principal,
    @Query() { page, page_size }: PageQueryDto,
  ): Promise<SessionPageDto> {
    const { total, sessions } = await this.sessions.list(id, { page, page_size });
    return { total, sessions: sessions.map((session) => toSessionDto(session, sessionId)), page, page_size };
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Name the device of one of my live sessions' })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems(400, 401, 404, 422)
  async name(
    @CurrentPrincipal() { id: userId, sessionId }: Principal,
    @IdParam() id: string,
    @Body() { device_name }: NameSessionDto,
    @CurrentActor() by: Actor,
  ): Promise<SessionDto> {
    const session = await this.sessions.name(userId, id, device_name, by);
    if (session === undefined) throw Problems.notFound('Session not found');
    return toSessionDto(session, sessionId);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End one of my sessions; its tokens are refused at once, on every instance' })
  @ApiNoContentResponse({ description: 'It has ended' })
  @ApiProblems(401, 404)
  async end(
    @CurrentPrincipal() { id: userId }: Principal,
    @IdParam() id: string,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    const ended = await this.sessions.revoke({ userId, id }, 'revoked_by_user', by);
    if (ended === 0) throw Problems.notFound('Session not found');
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'End all my sessions but this one' })
  @ApiNoContentResponse({ description: 'They have ended' })
  @ApiProblems(401, 422)
  async endAll(
    @CurrentPrincipal() { id: userId, sessionId }: Principal,
    @Query() { include_current }: EndSessionsQueryDto,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    await this.sessions.revoke(
      { userId, ...(include_current ? {} : { exceptId: sessionId }) },
      'revoked_by_user',
      by,
    );
  }
}
