import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { ROLE_NAME } from '../config/roles.js';
import { ApiLocale, IsLocale } from '../http/locale-member.js';
import { IsAbsentOr, IsOneLine, Trim } from '../http/dto.decorators.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiRole, IsRole } from '../http/role-member.js';
import type { Account } from '../common/principal.js';
import type { User } from './user.entity.js';

export class UserDto implements Account {
  @ApiProperty({ format: 'uuid', example: '7d9c5a44-0d0c-4f7e-9a53-5a1b9a5a1f10' })
  id: string;

  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  email: string;

  @ApiProperty({ description: 'Whether the address was proved', example: true })
  email_verified: boolean;

  @ApiProperty({ example: 'Ada Lovelace' })
  full_name: string;

  @ApiProperty({ description: 'One of the configured roles, or of those that were', example: 'student' })
  role: string;

  @ApiProperty({ example: true })
  is_active: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of mails: a BCP 47 language tag',
    example: 'en',
  })
  locale: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  updated_at: string;
}

/** An account as admins see it. */
export class AdministeredUserDto extends UserDto {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the account is erased, unless it is activated before',
    example: '2026-12-24T12:00:00.000Z',
  })
  deletion_due_at: string | null;
}

export const toAdministeredUserDto = (user: Omit<User, 'passwordHash'>): AdministeredUserDto =>
  Object.assign(toUserDto(user), { deletion_due_at: user.deletionDueAt?.toISOString() ?? null });

/** The user as clients see it. Each field is listed, so that a new column is not exposed by accident. */
export function toUserDto(user: Omit<User, 'passwordHash'>): UserDto {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerified,
    full_name: user.fullName,
    role: user.role,
    is_active: user.isActive,
    locale: user.locale,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}

export class UpdateProfileDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 200, example: 'Ada King' })
  @IsAbsentOr()
  @IsString()
  @Trim()
  @IsOneLine()
  @Length(1, 200)
  full_name?: string;

  @ApiLocale()
  @IsLocale()
  locale?: string;
}

export class AdministerUserDto extends UpdateProfileDto {
  @ApiRole()
  @IsAbsentOr()
  @IsRole()
  role?: string;

  @ApiPropertyOptional({ description: 'false ends all sessions of the user at once', example: true })
  @IsAbsentOr()
  @IsBoolean()
  is_active?: boolean;
}

export class UserQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    description: 'Part of the e-mail address or of the name',
    maxLength: 254,
    example: 'ada',
  })
  @IsOptional()
  @IsString()
  @MaxLength(254)
  q?: string;

  @ApiPropertyOptional({ description: 'Only accounts with this role', example: 'student' })
  @IsOptional()
  @Matches(ROLE_NAME)
  role?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'Only active accounts, or only deactivated ones' })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'is_active must be true or false' })
  is_active?: 'true' | 'false';
}

export class UserPageDto {
  @ApiProperty({ example: 1 })
  total: number;

  @ApiProperty({ type: [AdministeredUserDto] })
  users: AdministeredUserDto[];

  @ApiProperty({ example: 1 })
  page: number;

  @ApiProperty({ example: 20 })
  page_size: number;
}
