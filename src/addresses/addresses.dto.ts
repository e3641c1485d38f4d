import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsString, MaxLength, MinLength } from 'class-validator';
import { TYPED_PASSWORD } from '../auth/auth.dto.js';
import { MAX_EMAIL } from '../http/address.dto.js';
import { IsAbsentOr, Trim } from '../http/dto.decorators.js';
import { OneTimeTokenDto } from '../http/one-time-token.dto.js';

export class ProveEmailDto extends OneTimeTokenDto {
  @ApiPropertyOptional({
    ...TYPED_PASSWORD,
    description:
      'That of a silent registration. Without it the account gets no password: a stranger may have registered the address. Other proofs do not read it',
  })
  @IsAbsentOr()
  @IsString()
  @MinLength(1)
  password?: string;
}

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
