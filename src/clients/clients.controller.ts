import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { CurrentActor } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import {
  ClientDto,
  ClientPageDto,
  CreateClientDto,
  IssuedClientDto,
  RenewedClientDto,
  toClientDto,
  toIssuedClientDto,
  toRenewedClientDto,
  UpdateClientDto,
} from './client.dto.js';
import { ClientIdParam } from './client-id.js';
import { DEFAULT_CLIENT_SCOPES } from './client-scope.js';
import { ClientsService } from './clients.service.js';

@ApiTags('administration')
@Controller('api/v1/clients')
@Roles(ADMIN_ROLE)
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

  @Post()
  @ApiOperation({ summary: 'Register an OAuth client; its secret is shown this once' })
  @ApiCreatedResponse({ type: IssuedClientDto })
  @ApiProblems(400, 401, 403, 422)
  async create(
    @Body() { name, scopes = [...DEFAULT_CLIENT_SCOPES] }: CreateClientDto,
    @CurrentActor() by: Actor,
  ): Promise<IssuedClientDto> {
    return toIssuedClientDto(await this.clients.create(name, scopes, by));
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change the name of an OAuth client, or what it may do',
    description: 'Each instance obeys before the answer. Sessions that the client opened go on.',
  })
  @ApiOkResponse({ type: ClientDto })
  @ApiProblems(400, 401, 403, 404, 'client_managed_by_file', 422)
  async update(
    @ClientIdParam() id: string,
    @Body() { name, scopes }: UpdateClientDto,
    @CurrentActor() by: Actor,
  ): Promise<ClientDto> {
    return toClientDto(await this.clients.update(id, { name, scopes }, by));
  }

  @Get()
  @ApiOperation({ summary: 'List OAuth clients, oldest first' })
  @ApiOkResponse({ type: ClientPageDto })
  @ApiProblems(401, 403, 422)
  async list(@Query() { page, page_size }: PageQueryDto): Promise<ClientPageDto> {
    const { total, clients } = await this.clients.list({ page, page_size });
    return { total, clients: clients.map(toClientDto), page, page_size };
  }

  @Post(':id/secret')
  @ApiOperation({
    summary: 'Make a new secret of an OAuth client',
    description:
      'The secret before it is accepted for 24 hours more, so that the instances of the client can change over. Secrets ' +
      'before that one are refused at once: two calls end a secret that has leaked.',
  })
  @ApiCreatedResponse({ type: RenewedClientDto })
  @ApiProblems(401, 403, 404, 'client_managed_by_file')
  async renewSecret(@ClientIdParam() id: string, @CurrentActor() by: Actor): Promise<RenewedClientDto> {
    return toRenewedClientDto(await this.clients.renewSecret(id, by));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End an OAuth client and every session that it opened' })
  @ApiNoContentResponse({ description: 'They have ended, on every instance' })
  @ApiProblems(401, 403, 404, 'client_managed_by_file')
  async end(@ClientIdParam() id: string, @CurrentActor() by: Actor): Promise<void> {
    await this.clients.end(id, by);
  }
}
