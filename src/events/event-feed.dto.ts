import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ASYMMETRIC_ALGORITHMS, type AsymmetricAlgorithm } from '../config/jwk.js';

const CURSOR = 'MS5kNmQ1…';
const JTI = '3f0c9a1be27d-17';

export class PollRequestDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Most SETs in the answer; 1000 at most' })
  maxEvents?: number;

  @ApiPropertyOptional({ description: 'Whether an empty answer is sent without waiting' })
  returnImmediately?: boolean;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 5000,
    description: '`jti` of each SET that was stored',
    example: [JTI],
  })
  ack?: string[];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'By `jti`: why a SET was refused. It is not sent again',
  })
  setErrs?: object;

  @ApiPropertyOptional({
    description: 'Of the last answer; empty at the start. Without it, the server keeps the position',
    example: '',
  })
  cursor?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 30_000,
    default: 10_000,
    description: 'How long an empty answer is held back, milliseconds',
    example: 300,
  })
  waitMs?: number;
}

export class PollAnswerDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'By `jti`: security event tokens (RFC 8417) for this client, each with one event',
    example: { [JTI]: 'eyJhbGciOiJFUzI1NiJ9…' },
  })
  sets: Record<string, string>;

  @ApiProperty({ description: 'Whether to poll again at once', example: false })
  moreAvailable: boolean;

  @ApiProperty({ description: 'The position after this answer', example: CURSOR })
  cursor: string;

  @ApiProperty({ description: 'Whether the sequence begins with this answer', example: true })
  restarted: boolean;

  @ApiProperty({
    description:
      'Which history of PostgreSQL the log is of. With another one, changes that were delivered before may be lost',
    example: '3f0c9a1be27d',
  })
  history: string;

  @ApiProperty({
    description:
      'Seconds since the epoch: every change committed later is in the sequence. May be in the future after a failover',
    example: 1764000000.25,
  })
  covered_from: number;

  @ApiProperty({
    description: 'Seconds since the epoch, by PostgreSQL’s clock: when the log was read for this answer',
    example: 1764000012.5,
  })
  read_at: number;

  @ApiProperty({
    description:
      'Milliseconds after the arrival of the request, may be negative: until then every change is delivered, unless `moreAvailable`',
    example: 212,
  })
  complete_to_ms: number;
}

export class PollErrorDto {
  @ApiProperty({ example: 'invalid_request' })
  err: string;

  @ApiProperty({ example: 'cursor must be one of an earlier answer, or empty' })
  description: string;
}

class AuthorizationSchemeDto {
  @ApiProperty({ example: 'urn:ietf:rfc:7617' })
  spec_urn: string;
}

export class SsfConfigurationDto {
  @ApiProperty({ example: '1_0' })
  spec_version: string;

  @ApiProperty({ example: 'https://auth.example.org' })
  issuer: string;

  @ApiProperty({ example: 'https://auth.example.org/.well-known/jwks.json' })
  jwks_uri: string;

  @ApiProperty({
    enum: ASYMMETRIC_ALGORITHMS,
    isArray: true,
    description: 'Of the keys that may sign security event tokens; the first one signs now',
    example: ['ES256'],
  })
  event_signing_alg_values_supported: readonly AsymmetricAlgorithm[];

  @ApiProperty({ example: ['urn:ietf:rfc:8936'] })
  delivery_methods_supported: string[];

  @ApiProperty({ example: 'ALL' })
  default_subjects: string;

  @ApiProperty({ type: [AuthorizationSchemeDto] })
  authorization_schemes: AuthorizationSchemeDto[];

  @ApiProperty({ example: 'https://auth.example.org/api/v1/events/poll' })
  poll_endpoint: string;

  @ApiProperty({ description: 'Seconds', example: 1800 })
  access_token_lifetime: number;
}
