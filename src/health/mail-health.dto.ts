import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The counts are those of all instances. They are absent while PostgreSQL does not answer. */
export class MailHealthDto {
  @ApiProperty({
    description:
      '`smtp` with `SMTP_URL`. Without it, mails become `files` in development, and production sends none: `not_configured`',
    enum: ['smtp', 'files', 'not_configured'],
    example: 'smtp',
  })
  transport: 'smtp' | 'files' | 'not_configured';

  @ApiPropertyOptional({ description: 'Mails that are not sent yet', example: 2 })
  waiting?: number;

  @ApiPropertyOptional({ description: 'How long the oldest of these waits; 0 without any', example: 34 })
  oldest_waiting_seconds?: number;

  @ApiPropertyOptional({
    description: 'Why the last attempt at one of these failed; absent where none failed',
    example: 'connect ECONNREFUSED 10.0.0.7:587',
  })
  last_error?: string;

  @ApiPropertyOptional({
    description: 'Mails that were refused for good or have expired; each is kept for 30 days',
    example: 0,
  })
  dead?: number;
}
