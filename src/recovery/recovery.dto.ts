import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { NEW_PASSWORD } from '../auth/auth.dto.js';
import { IsNewPassword } from '../http/new-password.js';
import { OneTimeTokenDto } from '../http/one-time-token.dto.js';

export class ResetPasswordDto extends OneTimeTokenDto {
  @ApiProperty({ ...NEW_PASSWORD, example: 'a new horse battery' })
  @IsNewPassword()
  @IsString()
  new_password: string;
}
