import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Roles } from '../http/roles.guard.js';
import { AuditPageDto, AuditQueryDto, toAuditEventDto } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@ApiTags('administration')
@Controller('api/v1/audit')
@Roles(ADMIN_ROLE)
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({ summary: 'List events: action, account, caller and address; newest first' })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiProblems(401, 403, 422)
  async list(@Query() query: AuditQueryDto): Promise<AuditPageDto> {
    const { user_id: userId, actor_id: actorId, action, from, to, cursor: before, limit } = query;
    const page = await this.audit.page({ userId, actorId, action, from, to, before, limit });
    return { events: page.events.map(toAuditEventDto), next_cursor: page.next };
  }
}
