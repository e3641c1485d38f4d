import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentActor } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import { EverybodyEndedDto } from './session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('administration')
@Controller('api/v1/sessions')
@Roles(ADMIN_ROLE)
export class AllSessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('end-everybody')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'End every session of every account, also this one; their tokens are refused everywhere before the answer',
  })
  @ApiOkResponse({ type: EverybodyEndedDto })
  @ApiProblems(401, 403)
  async endEverybody(@CurrentActor() by: Actor): Promise<EverybodyEndedDto> {
    return { ended: await this.sessions.endEverybody(by) };
  }
}
