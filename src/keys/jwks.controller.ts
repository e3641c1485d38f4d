import type { JsonWebKey } from 'node:crypto';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ASYMMETRIC_ALGORITHMS } from '../config/jwk.js';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';
import { SigningKeys } from './signing-keys.js';

/** A new key must be here for this long before it signs: docs/keys.md. */
const MAX_AGE_SECONDS = 300;

class JwkDto {
  @ApiProperty({ enum: ['EC', 'RSA'] })
  kty: string;

  @ApiProperty({
    description: 'Thumbprint (RFC 7638)',
    example: 'eD4-iKZhG0ZJ6Qv1zZ1hX0bqGkM6Q6wE8nB3vJ0cT5o',
  })
  kid: string;

  @ApiProperty({ enum: ASYMMETRIC_ALGORITHMS })
  alg: string;

  @ApiProperty({ enum: ['sig'] })
  use: string;

  @ApiPropertyOptional({ description: 'With kty EC, as x and y', example: 'P-256' })
  crv?: string;

  @ApiPropertyOptional()
  x?: string;

  @ApiPropertyOptional()
  y?: string;

  @ApiPropertyOptional({ description: 'With kty RSA, as e' })
  n?: string;

  @ApiPropertyOptional({ example: 'AQAB' })
  e?: string;
}

/** A JWK Set (RFC 7517 §5). */
class JwksDto {
  @ApiProperty({ type: [JwkDto] })
  keys: JwkDto[];
}

@ApiTags('discovery')
@Public()
@NeedsNoDatabase()
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get('jwks.json')
  @Header('Cache-Control', `public, max-age=${MAX_AGE_SECONDS}`)
  // Public, and the same for everyone: scripts of any origin may read it.
  @Header('Access-Control-Allow-Origin', '*')
  @ApiOperation({
    summary: 'The public keys of access tokens and security events (RFC 7517)',
    description: 'Without keys while tokens are signed with HS256.',
  })
  @ApiOkResponse({ type: JwksDto })
  jwks(): { readonly keys: readonly JsonWebKey[] } {
    return this.keys.jwks;
  }
}
