import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../http/request-context.decorators.js';
import { PersonalDataDto } from './personal-data.dto.js';
import { PersonalDataService } from './personal-data.service.js';

const FILE = {
  type: 'application/json; charset=utf-8',
  disposition: 'attachment; filename="personal-data.json"',
};

@ApiTags('users')
@Controller('api/v1/users/me')
export class PersonalDataController {
  constructor(private readonly data: PersonalDataService) {}

  @Get('export')
  @ApiOperation({
    operationId: 'Me_export',
    summary: 'All that is held about me, as one JSON document',
    description: 'Without secrets, and without what belongs to other people.',
  })
  @ApiOkResponse({ type: PersonalDataDto })
  @ApiProblems(401, 429)
  async export(@CurrentPrincipal() principal: Principal, @CurrentActor() by: Actor): Promise<StreamableFile> {
    return new StreamableFile(await this.data.export(principal, by), FILE);
  }
}
