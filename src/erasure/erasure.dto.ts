import { ApiProperty } from '@nestjs/swagger';
import { IsString, MinLength } from 'class-validator';
import { TYPED_PASSWORD } from '../auth/auth.dto.js';

export class EraseMeDto {
  @ApiProperty(TYPED_PASSWORD)
  @IsString()
  @MinLength(1)
  current_password: string;
}
