import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { IsOneLine, Trim } from './dto.decorators.js';

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
export const MAX_EMAIL = 254;

/** An address that a mail is asked for. It is not checked: the answer says nothing about it. */
export class AddressDto {
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  @Trim()
  @IsOneLine()
  @IsString()
  @Length(1, MAX_EMAIL)
  email: string;
}
