import { Body, Controller, Get, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { PROBLEMS } from '../http/problems.js';
import { CurrentActor } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import {
  AdministeredUserDto,
  AdministerUserDto,
  toAdministeredUserDto,
  UserPageDto,
  UserQueryDto,
} from './user.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('administration')
@Controller('api/v1/users')
@Roles(ADMIN_ROLE)
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @ApiOperation({ summary: 'List and search accounts' })
  @ApiOkResponse({ type: UserPageDto })
  @ApiProblems(401, 403, 422)
  async list(@Query() query: UserQueryDto): Promise<UserPageDto> {
    const { page, page_size, q, role, is_active } = query;
    const isActive = is_active === undefined ? undefined : is_active === 'true';
    const { total, users } = await this.users.list({ page, page_size }, { q, role, isActive });
    return { total, users: users.map(toAdministeredUserDto), page, page_size };
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change role, activity or name of an account',
    description: `Effective at once on every instance. ${PROBLEMS.last_admin.detail}. To activate an account takes its deletion back.`,
  })
  @ApiOkResponse({ type: AdministeredUserDto })
  @ApiProblems(400, 401, 403, 404, 'last_admin', 422)
  async administer(
    @IdParam() id: string,
    @Body() body: AdministerUserDto,
    @CurrentActor() by: Actor,
  ): Promise<AdministeredUserDto> {
    const { full_name: fullName, role, is_active: isActive, locale } = body;
    return toAdministeredUserDto(await this.users.update(id, { fullName, role, isActive, locale }, by));
  }
}
