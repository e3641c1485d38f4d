import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { CurrentActor } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import { NewAccountDto } from '../users/new-account.dto.js';
import { toUserDto, UserDto } from '../users/user.dto.js';
import { AccountCreationService } from './account-creation.service.js';

@ApiTags('administration')
@Controller('api/v1/users')
@Roles(ADMIN_ROLE)
export class AccountCreationController {
  constructor(private readonly creation: AccountCreationService) {}

  @Post()
  @ApiOperation({
    operationId: 'Users_create',
    summary: 'Make an account for somebody, who sets the password',
    description:
      'The account has no password, and its address is not proved. A mail leads to a page that sets the password, which proves the ' +
      'address. A service that sends no mail only makes the account: `POST /api/v1/users/{id}/one-time-token` gives the token.',
  })
  @ApiCreatedResponse({ type: UserDto })
  @ApiProblems(400, 401, 403, 'email_taken', 422, 429)
  async create(@Body() body: NewAccountDto, @CurrentActor() by: Actor): Promise<UserDto> {
    return toUserDto(await this.creation.create(body, by));
  }
}
