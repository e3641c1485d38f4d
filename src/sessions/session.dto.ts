import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, ValidateIf } from 'class-validator';
import { DEVICE_NAME, IsDeviceName } from '../http/device-name.js';
import { describeDevice, type Device } from './device.js';
import type { Session } from './session.entity.js';

export class DeviceDto implements Device {
  @ApiProperty({ type: String, nullable: true, example: 'Firefox 132' })
  browser: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Windows' })
  os: string | null;

  @ApiProperty({ enum: ['desktop', 'mobile', 'tablet', 'tv', 'bot', 'unknown'], example: 'desktop' })
  kind: Device['kind'];
}

export class SessionDto {
  @ApiProperty({ format: 'uuid', example: 'f3b1a4de-52f1-4a45-a21a-93f5cf5e4c11' })
  id: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  created_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Login or latest refresh',
    example: '2026-11-24T12:25:00.000Z',
  })
  last_used_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T12:25:00.000Z' })
  expires_at: string;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.14.1' })
  user_agent: string | null;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @ApiProperty({ type: DeviceDto })
  device: DeviceDto;

  @ApiProperty({
    ...DEVICE_NAME,
    type: String,
    nullable: true,
    description: 'What the user calls the device',
  })
  device_name: string | null;

  @ApiProperty({ description: 'Whether it is the session of this request', example: true })
  current: boolean;
}

export class SessionPageDto {
  @ApiProperty({ example: 1 })
  total: number;

  @ApiProperty({ type: [SessionDto] })
  sessions: SessionDto[];

  @ApiProperty({ example: 1 })
  page: number;

  @ApiProperty({ example: 20 })
  page_size: number;
}

export class NameSessionDto {
  @ApiProperty({ ...DEVICE_NAME, type: String, nullable: true, description: '`null` removes the name' })
  @ValidateIf((_, value) => value !== null)
  @IsDeviceName()
  device_name: string | null;
}

export class EverybodyEndedDto {
  @ApiProperty({ description: 'Number of sessions that were live', example: 1204 })
  ended: number;
}

export class EndSessionsQueryDto {
  @ApiPropertyOptional({ description: 'Also end the session of this request', default: false })
  @IsOptional()
  @Transform(({ obj }: { obj: Record<string, unknown> }) => {
    const text = obj['include_current'];
    return text === 'true' || text === 'false' ? text === 'true' : text;
  })
  @IsBoolean()
  include_current: boolean = false;
}

export function toSessionDto(session: Session, currentId: string): SessionDto {
  return {
    id: session.id,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    user_agent: session.userAgent,
    ip: session.ip,
    device: describeDevice(session.userAgent),
    device_name: session.deviceName,
    current: session.id === currentId,
  };
}
