import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { IssuedToken, TokenPurpose } from '../one-time-tokens/one-time-token.js';

/** What a mailer of one's own may get tokens for. */
const MAILER_PURPOSES = ['reset_password', 'verify_email'] as const satisfies TokenPurpose[];
export type MailerPurpose = (typeof MAILER_PURPOSES)[number];

export class OneTimeTokenRequestDto {
  @ApiProperty({
    enum: MAILER_PURPOSES,
    description:
      'What the token is good for: `POST /api/v1/auth/reset-password`, or `POST /api/v1/auth/verify-email`',
    example: 'reset_password',
  })
  @IsIn(MAILER_PURPOSES)
  purpose: MailerPurpose;
}

export class IssuedOneTimeTokenDto {
  @ApiProperty({
    description: 'Shown this once; only its digest is stored',
    example: 'pkPQ1vU0kJ1V6n9XrJb1H0T3mZb0Xn2pJc4o5WqGk7M',
  })
  token: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:10:00.000Z' })
  expires_at: string;
}

export const toIssuedOneTimeTokenDto = ({ token, expiresAt }: IssuedToken): IssuedOneTimeTokenDto => ({
  token,
  expires_at: expiresAt.toISOString(),
});
