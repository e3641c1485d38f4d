import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ASYMMETRIC_ALGORITHMS, type AsymmetricAlgorithm } from '../config/jwk.js';
import { GRANT_TYPES } from './grants/grant-types.js';

const TOKEN = {
  description: 'An access or a refresh token',
  example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…',
};
const ISSUER = 'https://auth.example.org';

/** Without HTTP Basic, a client authenticates by these members. */
class ClientFormDto {
  @ApiPropertyOptional({ description: 'Instead of HTTP Basic', format: 'uuid' })
  client_id?: string;

  @ApiPropertyOptional({ description: 'Instead of HTTP Basic', format: 'password' })
  client_secret?: string;
}

export class TokenFormDto extends ClientFormDto {
  @ApiProperty({ enum: GRANT_TYPES, example: 'refresh_token' })
  grant_type: string;

  @ApiPropertyOptional({
    description: 'With `refresh_token`',
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9…',
  })
  refresh_token?: string;

  @ApiPropertyOptional({ description: 'With `password`: the e-mail address', example: 'ada@example.org' })
  username?: string;

  @ApiPropertyOptional({
    description: 'With `password`',
    format: 'password',
    example: 'correct horse battery',
  })
  password?: string;
}

export class PresentedTokenDto extends ClientFormDto {
  @ApiProperty(TOKEN)
  token: string;

  @ApiPropertyOptional({ enum: ['access_token', 'refresh_token'], description: 'What is tried first' })
  token_type_hint?: string;
}

export class InactiveTokenDto {
  @ApiProperty({ enum: [false], example: false })
  active: false;
}

/** RFC 7662 §2.2. */
export class ActiveTokenDto {
  @ApiProperty({ enum: [true], example: true })
  active: true;

  @ApiPropertyOptional({ type: String, example: ISSUER })
  iss?: string | undefined;

  @ApiProperty({ format: 'uuid', description: 'The user', example: '7d9c5a44-0d0c-4f7e-9a53-5a1b9a5a1f10' })
  sub: string;

  @ApiPropertyOptional({ type: String, example: ISSUER })
  aud?: string | undefined;

  @ApiProperty({
    description: '`APP_NAME` for a login without a client',
    example: '0b9d6f2e-3c58-4a0e-9a4d-8d9f0a6c1e57',
  })
  client_id: string;

  @ApiProperty({ example: 1_795_600_800 })
  exp: number;

  @ApiProperty({ example: 1_795_599_000 })
  iat: number;

  @ApiProperty({ example: 'XkQ2b1n9SZ6sYd3m0vW4aA' })
  jti: string;

  @ApiProperty({
    format: 'uuid',
    description: 'The session',
    example: 'f3b1a4de-52f1-4a45-a21a-93f5cf5e4c11',
  })
  sid: string;

  @ApiPropertyOptional({ description: 'Of this moment; access tokens only', example: 'student' })
  role?: string;

  @ApiPropertyOptional({ type: Number, description: 'When the user logged in', example: 1_795_590_000 })
  auth_time?: number | undefined;

  @ApiPropertyOptional({ enum: ['Bearer'], description: 'Access tokens only', example: 'Bearer' })
  token_type?: 'Bearer';
}

/** RFC 8414 §2. */
export class AuthorizationServerDto {
  @ApiProperty({ example: ISSUER })
  issuer: string;

  @ApiProperty({ example: `${ISSUER}/oauth2/token` })
  token_endpoint: string;

  @ApiProperty({ example: `${ISSUER}/oauth2/introspect` })
  introspection_endpoint: string;

  @ApiProperty({ example: `${ISSUER}/oauth2/revoke` })
  revocation_endpoint: string;

  @ApiPropertyOptional({
    description: 'Absent when access tokens are signed with `JWT_SECRET`',
    example: `${ISSUER}/.well-known/jwks.json`,
  })
  jwks_uri?: string;

  @ApiPropertyOptional({
    enum: ASYMMETRIC_ALGORITHMS,
    isArray: true,
    description: 'Of the keys of `jwks_uri`; the first one signs access tokens now',
    example: ['ES256'],
  })
  access_token_signing_alg_values_supported?: readonly AsymmetricAlgorithm[];

  @ApiProperty({ type: [String], example: GRANT_TYPES })
  grant_types_supported: readonly string[];

  @ApiProperty({ type: [String], description: 'There is no authorization endpoint', example: [] })
  response_types_supported: readonly string[];

  @ApiProperty({ type: [String], example: ['client_secret_basic', 'client_secret_post'] })
  token_endpoint_auth_methods_supported: readonly string[];

  @ApiProperty({ type: [String], example: ['client_secret_basic', 'client_secret_post'] })
  introspection_endpoint_auth_methods_supported: readonly string[];

  @ApiProperty({ type: [String], example: ['client_secret_basic', 'client_secret_post'] })
  revocation_endpoint_auth_methods_supported: readonly string[];
}
