import { ApiProperty } from '@nestjs/swagger';
import type { TokensDto } from '../auth/auth.dto.js';

/** The answer of RFC 6749 §5.1. */
export class OAuthTokensDto {
  @ApiProperty({ example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…' })
  access_token: string;

  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9…' })
  refresh_token: string;

  @ApiProperty({ enum: ['Bearer'], example: 'Bearer' })
  token_type: 'Bearer';

  @ApiProperty({ description: 'Seconds until the access token expires', example: 1800 })
  expires_in: number;
}

export const toOAuthTokens = ({ access_token, refresh_token, expires_in }: TokensDto): OAuthTokensDto => ({
  access_token,
  refresh_token,
  token_type: 'Bearer',
  expires_in,
});
