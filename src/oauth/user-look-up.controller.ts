import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { AdministeredUserDto, toAdministeredUserDto } from '../users/user.dto.js';
import { UsersService } from '../users/users.service.js';
import { AdminOrClient } from './admin-or-client.guard.js';

/** In this folder because it authenticates clients, which `src/users` may not import. */
@ApiTags('administration')
@Controller('api/v1/users')
@AdminOrClient('users')
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
  @ApiOkResponse({ type: AdministeredUserDto })
  @ApiProblems(404, 429)
  async read(@IdParam() id: string): Promise<AdministeredUserDto> {
    return toAdministeredUserDto(await this.users.get(id));
  }
}
