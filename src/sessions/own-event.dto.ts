import { ApiProperty } from '@nestjs/swagger';
import { AUDIT_ACTIONS, type AuditAction } from '../audit/audit-action.js';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { describeDevice } from './device.js';
import { DeviceDto } from './session.dto.js';

/** An event of the audit trail as the owner of the account sees it. */
export class OwnEventDto {
  @ApiProperty({ example: '4711' })
  id: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  at: string;

  @ApiProperty({ enum: AUDIT_ACTIONS, example: 'session.revoked' })
  action: AuditAction;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The session that the event is about',
    example: 'f3b1a4de-52f1-4a45-a21a-93f5cf5e4c11',
  })
  session_id: string | null;

  @ApiProperty({ description: 'Whether the account itself did it, with a token', example: true })
  by_me: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of the request; null where another account or the service itself did it',
    example: '203.0.113.7',
  })
  ip: string | null;

  @ApiProperty({ type: DeviceDto })
  device: DeviceDto;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why a session has ended',
    example: 'revoked_by_user',
  })
  reason: string | null;
}

export class OwnEventPageDto {
  @ApiProperty({ type: [OwnEventDto] })
  events: OwnEventDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'For the next page; null on the last',
    example: '4662',
  })
  next_cursor: string | null;
}

/** Where another account acted, such as an admin, its address and device are not the owner's business. */
export function toOwnEventDto(event: AuditEvent, ownerId: string): OwnEventDto {
  const isByOther = event.actorId !== null && event.actorId !== ownerId;
  return {
    id: event.id,
    at: event.at.toISOString(),
    action: event.action,
    session_id: event.sessionId,
    by_me: event.actorId === ownerId,
    ip: isByOther ? null : event.ip,
    device: describeDevice(isByOther ? null : event.userAgent),
    reason: event.details['reason'] ?? null,
  };
}
