import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsString, Length, MaxLength } from 'class-validator';
import { MAX_EMAIL } from '../http/address.dto.js';
import { IsAbsentOr, IsOneLine, Trim } from '../http/dto.decorators.js';
import { ApiLocale, IsLocale } from '../http/locale-member.js';
import { ApiRole, IsRole } from '../http/role-member.js';

/** Whom an account is for. */
export class InviteeDto {
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL, example: 'ada@example.org' })
  @Trim()
  @IsEmail()
  @MaxLength(MAX_EMAIL)
  email: string;

  @ApiRole()
  @IsAbsentOr()
  @IsRole()
  role?: string;

  @ApiLocale()
  @IsLocale()
  locale?: string;
}

export class NewAccountDto extends InviteeDto {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Ada Lovelace' })
  @IsString()
  @Trim()
  @IsOneLine()
  @Length(1, 200)
  full_name: string;
}
