import { ApiProperty } from '@nestjs/swagger';
import { UserDto } from '../users/user.dto.js';

const TIME = { format: 'date-time', example: '2026-11-24T12:00:00.000Z' };
const MAYBE_TIME = { ...TIME, type: String, nullable: true };
const ADDRESS = { format: 'email', example: 'ada@example.org' };
const ID = { format: 'uuid', example: 'f3b1a4de-52f1-4a45-a21a-93f5cf5e4c11' };
const IP = { type: String, nullable: true, example: '203.0.113.7' };
const USER_AGENT = { type: String, nullable: true, example: 'curl/8.14.1' };

class ExportedAccountDto extends UserDto {
  @ApiProperty({ example: true })
  has_password: boolean;
}

class ExportedSessionDto {
  @ApiProperty(ID)
  id: string;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  last_used_at: string;

  @ApiProperty(TIME)
  expires_at: string;

  @ApiProperty(MAYBE_TIME)
  ended_at: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'logout' })
  end_reason: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The OAuth client of the login',
    example: '0b9d6f2e-3c58-4a0e-9a4d-8d9f0a6c1e57',
  })
  client_id: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Kitchen tablet' })
  device_name: string | null;

  @ApiProperty(USER_AGENT)
  user_agent: string | null;

  @ApiProperty(IP)
  ip: string | null;

  @ApiProperty({ ...USER_AGENT, description: 'Of the latest refresh' })
  refreshed_user_agent: string | null;

  @ApiProperty({ ...IP, description: 'Of the latest refresh' })
  refreshed_ip: string | null;
}

class ExportedInvitationDto {
  @ApiProperty(ID)
  id: string;

  @ApiProperty(ADDRESS)
  email: string;

  @ApiProperty({ example: 'student' })
  role: string;

  @ApiProperty({ type: String, nullable: true, example: 'en' })
  locale: string | null;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  expires_at: string;

  @ApiProperty(MAYBE_TIME)
  accepted_at: string | null;

  @ApiProperty(MAYBE_TIME)
  ended_at: string | null;
}

class ExportedLinkDto {
  @ApiProperty(ID)
  id: string;

  @ApiProperty({ example: 'reset_password' })
  purpose: string;

  @ApiProperty({ ...ADDRESS, type: String, nullable: true })
  address: string | null;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  expires_at: string;
}

class ExportedMailDto {
  @ApiProperty(ID)
  id: string;

  @ApiProperty({ example: 'new_device' })
  kind: string;

  @ApiProperty({ ...ADDRESS, type: String, nullable: true })
  address: string | null;

  @ApiProperty(TIME)
  created_at: string;

  @ApiProperty(TIME)
  expires_at: string;

  @ApiProperty(MAYBE_TIME)
  failed_at: string | null;
}

class ExportedEventDto {
  @ApiProperty({ example: '4711' })
  id: string;

  @ApiProperty(TIME)
  at: string;

  @ApiProperty({ example: 'session.opened' })
  action: string;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Whether it concerns the account',
    example: true,
  })
  about_me: boolean | null;

  @ApiProperty({ description: 'Whether the account itself did it, with a token', example: false })
  by_me: boolean;

  @ApiProperty({ ...ID, type: String, nullable: true })
  session_id: string | null;

  @ApiProperty({ ...IP, description: 'Null where another account did it' })
  ip: string | null;

  @ApiProperty({ ...USER_AGENT, description: 'Null where another account did it' })
  user_agent: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { reason: 'logout' } })
  details: Record<string, unknown>;
}

/** All that is held about a person. */
export class PersonalDataDto {
  @ApiProperty(TIME)
  exported_at: string;

  @ApiProperty({ type: ExportedAccountDto })
  account: ExportedAccountDto;

  @ApiProperty({ type: [ExportedSessionDto], description: 'Also those that have ended, for 30 days' })
  sessions: ExportedSessionDto[];

  @ApiProperty({ type: [ExportedInvitationDto], description: 'Of the address of the account' })
  invitations: ExportedInvitationDto[];

  @ApiProperty({
    type: [ExportedLinkDto],
    description: 'Links of mails that still work. What opens them is stored nowhere',
  })
  links: ExportedLinkDto[];

  @ApiProperty({ type: [ExportedMailDto], description: 'Mails that are not sent yet, or were refused' })
  mails: ExportedMailDto[];

  @ApiProperty({
    type: [ExportedEventDto],
    description: 'Of the audit trail, about the account or by it; newest first',
  })
  events: ExportedEventDto[];
}
