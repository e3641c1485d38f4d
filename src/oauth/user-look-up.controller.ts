import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiUserOrClient } from '../http/api-oauth.decorators.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { Public } from '../http/request-context.decorators.js';
import { toUserDto, UserDto } from '../users/user.dto.js';
import { UsersService } from '../users/users.service.js';
import { AdminOrClientGuard } from './admin-or-client.guard.js';

/** In this folder because it authenticates clients, which `src/users` may not import. */
@ApiTags('administration')
@Controller('api/v1/users')
@Public()
@UseGuards(AdminOrClientGuard)
export class UserLookUpController {
  constructor(private readonly users: UsersService) {}

  @Get(':id')
  @ApiOperation({
    // Beside the other operations of accounts, in generated clients.
    operationId: 'Users_read',
    summary: 'One account, for an admin or for an OAuth client by HTTP Basic',
    description:
      'A client needs the scope `users`. It finds the account of a token by `sub`. The answer has the state of this moment; nothing may ' +
      'store it.',
  })
  @ApiOkResponse({ type: UserDto })
  @ApiUserOrClient('users')
  @ApiProblems(404, 429)
  async read(@IdParam() id: string): Promise<UserDto> {
    return toUserDto(await this.users.get(id));
  }
}
