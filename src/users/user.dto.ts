import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { IsAbsentOr, Trim } from '../common/dto.decorators.js';
import { PageQueryDto } from '../common/page-query.dto.js';
import { ROLES, type Role } from '../common/role.js';
import type { User } from './user.entity.js';

export class UserDto {
  @ApiProperty({ format: 'uuid', example: '7d9c5a44-0d0c-4f7e-9a53-5a1b9a5a1f10' })
  id: string;

  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  email: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  full_name: string;

  @ApiProperty({ enum: ROLES, example: 'student' })
  role: Role;

  @ApiProperty({ example: true })
  is_active: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-24T12:00:00.000Z' })
  updated_at: string;
}

/** The user as clients see it: picked member by member, so that no new column leaks by itself. */
export function toUserDto(user: User): UserDto {
  return {
    id: user.id,
    email: user.email,
    full_name: user.fullName,
    role: user.role,
    is_active: user.isActive,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}

export class UpdateProfileDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 200, example: 'Ada King' })
  @IsAbsentOr()
  @IsString()
  @Trim()
  @Length(1, 200)
  full_name?: string;
}

export class AdministerUserDto extends UpdateProfileDto {
  @ApiPropertyOptional({ enum: ROLES, example: 'researcher' })
  @IsAbsentOr()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({ description: 'false ends every session of the user at once', example: true })
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
}

export class UserPageDto {
  @ApiProperty({ example: 1 })
  total: number;

  @ApiProperty({ type: [UserDto] })
  users: UserDto[];

  @ApiProperty({ example: 1 })
  page: number;

  @ApiProperty({ example: 20 })
  page_size: number;
}
