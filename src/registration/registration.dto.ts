import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsString, Length, MaxLength } from 'class-validator';
import { NEW_PASSWORD } from '../auth/auth.dto.js';
import { MAX_EMAIL } from '../http/address.dto.js';
import { IsAbsentOr, IsOneLine, Trim } from '../http/dto.decorators.js';
import { ApiLocale, IsLocale } from '../http/locale-member.js';
import { IsNewPassword } from '../http/new-password.js';
import { ApiRole, IsRole } from '../http/role-member.js';

export class RegisterDto {
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL, example: 'ada@example.org' })
  @Trim()
  @IsEmail()
  @MaxLength(MAX_EMAIL)
  email: string;

  @ApiProperty(NEW_PASSWORD)
  @IsNewPassword(({ email, full_name: fullName }: RegisterDto) => ({ email, fullName }))
  @IsString()
  password: string;

  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Ada Lovelace' })
  @IsString()
  @Trim()
  @IsOneLine()
  @Length(1, 200)
  full_name: string;

  @ApiRole()
  @IsAbsentOr()
  @IsRole()
  role?: string;

  @ApiLocale()
  @IsLocale()
  locale?: string;
}
