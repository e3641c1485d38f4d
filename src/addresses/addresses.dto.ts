import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsString, MaxLength, MinLength } from 'class-validator';
import { TYPED_PASSWORD } from '../auth/auth.dto.js';
import { MAX_EMAIL } from '../http/address.dto.js';
import { Trim } from '../http/dto.decorators.js';

export class ChangeEmailDto {
  @ApiProperty({ format: 'email', maxLength: MAX_EMAIL, example: 'ada.king@example.org' })
  @Trim()
  @IsEmail()
  @MaxLength(MAX_EMAIL)
  new_email: string;

  @ApiProperty(TYPED_PASSWORD)
  @IsString()
  @MinLength(1)
  current_password: string;
}
