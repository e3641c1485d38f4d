import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsString, Length } from 'class-validator';
import { IsAbsentOr, IsOneLine, Trim } from '../http/dto.decorators.js';
import { CLIENT_SCOPES, type ClientScope, DEFAULT_CLIENT_SCOPES } from './client-scope.js';
import type { IssuedClient, RenewedClient, ShownClient } from './clients.service.js';

const SCOPES =
  'What the client may do: ask for tokens (`introspection`), read the revocation feed (`events`), get its events of users too ' +
  '(`events:users`), look up accounts by their ids (`users`), log users in with their passwords (`password`), name the address of ' +
  'each user in `End-User-Address` (`end_user_address`), and get one-time tokens of accounts, for mails of its own (`one_time_tokens`)';

const AreClientScopes = () =>
  applyDecorators(IsArray(), ArrayNotEmpty(), ArrayUnique(), IsIn(CLIENT_SCOPES, { each: true }));

export class CreateClientDto {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'orders' })
  @IsString()
  @Trim()
  @IsOneLine()
  @Length(1, 200)
  name: string;

  @ApiPropertyOptional({
    enum: CLIENT_SCOPES,
    isArray: true,
    description: `${SCOPES}. At registration \`introspection\` and \`events\` if absent`,
  })
  @IsAbsentOr()
  @AreClientScopes()
  scopes?: ClientScope[];
}

export class UpdateClientDto extends PartialType(CreateClientDto, { skipNullProperties: false }) {}

class ClientNameDto {
  @ApiProperty({
    description: 'A UUID, or the id of the entry in the file of clients',
    example: '0b9d6f2e-3c58-4a0e-9a4d-8d9f0a6c1e57',
  })
  client_id: string;

  @ApiProperty({ example: 'orders' })
  name: string;

  @ApiProperty({
    enum: CLIENT_SCOPES,
    isArray: true,
    description: SCOPES,
    example: [...DEFAULT_CLIENT_SCOPES],
  })
  scopes: ClientScope[];

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  created_at: string;
}

export class ClientDto extends ClientNameDto {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until then the secret before the latest one is accepted too',
    example: '2026-11-25T12:00:00.000Z',
  })
  previous_secret_expires_at: string | null;

  @ApiProperty({
    type: String,
    enum: ['file', null],
    nullable: true,
    description: '`file` for a client of `CLIENTS_FILE`, which the API does not change',
    example: 'file',
  })
  managed_by: 'file' | null;
}

export class IssuedClientDto extends ClientNameDto {
  @ApiProperty({
    description: 'Shown this once; only its hash is stored',
    example: 'ergodrive_secret_3q2-7wQnV1bXo0mJt6yRkL4uZcA9sDfGhE8pTiWvNxY',
  })
  client_secret: string;
}

export class RenewedClientDto extends IssuedClientDto {
  @ApiProperty({
    format: 'date-time',
    description: 'Until then the secret before this one is accepted too',
    example: '2026-11-25T12:00:00.000Z',
  })
  previous_secret_expires_at: string;
}

export class ClientPageDto {
  @ApiProperty({ example: 1 })
  total: number;

  @ApiProperty({ type: [ClientDto] })
  clients: ClientDto[];

  @ApiProperty({ example: 1 })
  page: number;

  @ApiProperty({ example: 20 })
  page_size: number;
}

export const toClientDto = (client: ShownClient): ClientDto => ({
  client_id: client.clientId,
  name: client.name,
  scopes: client.scopes,
  created_at: client.createdAt.toISOString(),
  previous_secret_expires_at: client.previousSecretExpiresAt?.toISOString() ?? null,
  managed_by: client.managedBy,
});

export const toIssuedClientDto = (client: IssuedClient): IssuedClientDto => ({
  client_id: client.clientId,
  client_secret: client.secret,
  name: client.name,
  scopes: client.scopes,
  created_at: client.createdAt.toISOString(),
});

export const toRenewedClientDto = (client: RenewedClient): RenewedClientDto =>
  Object.assign(toIssuedClientDto(client), {
    previous_secret_expires_at: client.previousSecretExpiresAt.toISOString(),
  });
