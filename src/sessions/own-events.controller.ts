import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EventPageQueryDto } from '../audit/audit.dto.js';
import { AuditService } from '../audit/audit.service.js';
import type { Principal } from '../common/principal.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentPrincipal } from '../http/request-context.decorators.js';
import { OwnEventPageDto, toOwnEventDto } from './own-event.dto.js';

// In this folder because it describes devices, which src/users may not import.
@ApiTags('users')
@Controller('api/v1/users/me')
export class OwnEventsController {
  constructor(private readonly audit: AuditService) {}

  @Get('events')
  @ApiOperation({
    operationId: 'Me_events',
    summary: 'What happened to my account, newest first, as far back as the audit trail is kept',
  })
  @ApiOkResponse({ type: OwnEventPageDto })
  @ApiProblems(401, 422)
  async list(
    @CurrentPrincipal() { id }: Principal,
    @Query() { cursor, limit }: EventPageQueryDto,
  ): Promise<OwnEventPageDto> {
    const { events, next } = await this.audit.page({ userId: id, before: cursor, limit });
    return { events: events.map((event) => toOwnEventDto(event, id)), next_cursor: next };
  }
}
