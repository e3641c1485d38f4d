import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { NEW_PASSWORD } from '../auth/auth.dto.js';
import { IsNewPassword } from '../http/new-password.js';
import { NewAccountDto } from '../users/new-account.dto.js';

export class RegisterDto extends NewAccountDto {
  @ApiProperty(NEW_PASSWORD)
  @IsNewPassword(({ email, full_name: fullName }: RegisterDto) => ({ email, fullName }))
  @IsString()
  password: string;
}
