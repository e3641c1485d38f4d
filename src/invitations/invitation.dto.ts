import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { NEW_PASSWORD } from '../auth/auth.dto.js';
import { IsOneLine, Trim } from '../http/dto.decorators.js';
import { IsNewPassword } from '../http/new-password.js';
import { OneTimeTokenDto } from '../http/one-time-token.dto.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { type Invitation, INVITATION_STATES, type InvitationState } from './invitation.js';

export class AcceptInvitationDto extends OneTimeTokenDto {
  @ApiProperty(NEW_PASSWORD)
  @IsNewPassword(({ full_name: fullName }: AcceptInvitationDto) => ({ fullName }))
  @IsString()
  password: string;

  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Ada Lovelace' })
  @IsString()
  @Trim()
  @IsOneLine()
  @Length(1, 200)
  full_name: string;
}

export class InvitationQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: INVITATION_STATES, description: 'Only those in this state' })
  @IsOptional()
  @IsIn(INVITATION_STATES)
  status?: InvitationState;
}

export class InvitationDto {
  @ApiProperty({ format: 'uuid', example: '2f1c2c0e-6f0b-4b0e-8f0a-3f6c0a4b9d11' })
  id: string;

  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  email: string;

  @ApiProperty({ description: 'Of the account to be', example: 'researcher' })
  role: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of its mails', example: 'de' })
  locale: string | null;

  @ApiProperty({
    enum: INVITATION_STATES,
    description:
      '`pending` can be accepted. `ended`: by an admin, by another invitation of the address, or because who invited is no active admin now',
    example: 'pending',
  })
  state: InvitationState;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Who sent the latest mail; `null` after that account was deleted',
    example: '7d9c5a44-0d0c-4f7e-9a53-5a1b9a5a1f10',
  })
  invited_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T12:00:00.000Z' })
  expires_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-25T09:30:00.000Z' })
  accepted_at: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When an admin ended it, or another invitation took its place',
    example: '2026-11-25T09:30:00.000Z',
  })
  ended_at: string | null;
}

export class InvitationPageDto {
  @ApiProperty({ example: 1 })
  total: number;

  @ApiProperty({ type: [InvitationDto] })
  invitations: InvitationDto[];

  @ApiProperty({ example: 1 })
  page: number;

  @ApiProperty({ example: 20 })
  page_size: number;
}

export const toInvitationDto = (invitation: Invitation): InvitationDto => ({
  id: invitation.id,
  email: invitation.email,
  role: invitation.role,
  locale: invitation.locale,
  state: invitation.state,
  invited_by: invitation.invitedBy,
  created_at: invitation.createdAt.toISOString(),
  expires_at: invitation.expiresAt.toISOString(),
  accepted_at: invitation.acceptedAt?.toISOString() ?? null,
  ended_at: invitation.endedAt?.toISOString() ?? null,
});
