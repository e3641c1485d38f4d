import { ApiProperty } from '@nestjs/swagger';
import { EventDto, EventPageDto } from '../audit/audit.dto.js';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { describeDevice } from './device.js';
import { DeviceDto } from './session.dto.js';

/** An event of the audit trail as the owner of the account sees it. */
export class OwnEventDto extends EventDto {
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

export class OwnEventPageDto extends EventPageDto {
  @ApiProperty({ type: [OwnEventDto] })
  events: OwnEventDto[];
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
