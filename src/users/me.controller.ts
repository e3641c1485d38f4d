import { Body, Controller, Get, Patch, Put, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.decorator.js';
import type { Actor } from '../common/actor.js';
import { accountOf, type Principal } from '../common/principal.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import {
  type AuthenticatedRequest,
  CurrentActor,
  CurrentPrincipal,
} from '../http/request-context.decorators.js';
import { toUserDto, UpdateProfileDto, UserDto } from './user.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@Controller('api/v1/users/me')
export class MeController {
  private readonly changes: Limiter;

  constructor(
    private readonly users: UsersService,
    private readonly limiters: Limiters,
  ) {
    // Each change is written to the log and sent to every channel of the account.
    this.changes = limiters.for({ name: 'profile', attempts: 60 });
  }

  @Get()
  @ApiOperation({ summary: 'The account of the access token' })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(401)
  read(@Req() { user }: AuthenticatedRequest): UserDto {
    return accountOf(user);
  }

  @Put()
  @ApiOperation({ summary: 'Change my own profile' })
  @ApiBody({ type: UpdateProfileDto })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(400, 401, 422, 429)
  replace(
    @CurrentPrincipal() principal: Principal,
    @Body() body: UpdateProfileDto,
    @CurrentActor() by: Actor,
  ): Promise<UserDto> {
    return this.update(principal, body, by);
  }

  @Patch()
  @ApiOperation({ summary: 'Change parts of my own profile' })
  @ApiBody({ type: UpdateProfileDto })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(400, 401, 422, 429)
  async update(
    @CurrentPrincipal() { id }: Principal,
    @Body() { full_name: fullName, locale }: UpdateProfileDto,
    @CurrentActor() by: Actor,
  ): Promise<UserDto> {
    await this.limiters.demand(this.changes, id, by.redisWaits);
    return toUserDto(await this.users.update(id, { fullName, locale }, by));
  }
}
