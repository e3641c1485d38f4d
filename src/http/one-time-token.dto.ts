import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

const MAX_TOKEN = 200;

export class OneTimeTokenDto {
  @ApiProperty({
    description: 'From the fragment of the link in the mail. It works once',
    maxLength: MAX_TOKEN,
    example: 'pkPQ1vU0kJ1V6n9XrJb1H0T3mZb0Xn2pJc4o5WqGk7M',
  })
  @IsString()
  @Length(1, MAX_TOKEN)
  token: string;
}
