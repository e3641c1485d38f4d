import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';
import { AUDIT_ACTIONS, type AuditAction } from './audit-action.js';
import type { AuditEvent } from './audit-event.entity.js';

/** A page of events. */
export class EventPageQueryDto {
  @ApiPropertyOptional({ description: '`next_cursor` of the page before', example: '4711' })
  @IsOptional()
  @Matches(/^\d{1,18}$/, { message: 'cursor must be the next_cursor of a page' })
  cursor?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
}

export class AuditQueryDto extends EventPageQueryDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'The account that the event concerns' })
  @IsOptional()
  @IsUUID()
  user_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'The account that did it' })
  @IsOptional()
  @IsUUID()
  actor_id?: string;

  @ApiPropertyOptional({ enum: AUDIT_ACTIONS })
  @IsOptional()
  @IsIn(AUDIT_ACTIONS)
  action?: AuditAction;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'At or after this time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  from?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Before this time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  to?: Date;
}

/** What everybody sees of an event who may see it at all. */
export class EventDto {
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
}

/** The end of a page of events. */
export class EventPageDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'For the next page; null on the last',
    example: '4662',
  })
  next_cursor: string | null;
}

export class AuditEventDto extends EventDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '7d9c5a44-0d0c-4f7e-9a53-5a1b9a5a1f10',
  })
  user_id: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '7d9c5a44-0d0c-4f7e-9a53-5a1b9a5a1f10',
  })
  actor_id: string | null;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.14.1' })
  user_agent: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of the log lines of the request; null for the service itself and for changes by SQL',
    example: '5f0c1b7a9e3d-2s',
  })
  request_id: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { reason: 'logout' } })
  details: Record<string, string>;
}

export class AuditPageDto extends EventPageDto {
  @ApiProperty({ type: [AuditEventDto] })
  events: AuditEventDto[];
}

export function toAuditEventDto(event: AuditEvent): AuditEventDto {
  return {
    id: event.id,
    at: event.at.toISOString(),
    action: event.action,
    user_id: event.userId,
    actor_id: event.actorId,
    session_id: event.sessionId,
    ip: event.ip,
    user_agent: event.userAgent,
    request_id: event.requestId,
    details: event.details,
  };
}
