import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, MinLength } from 'class-validator';
import { MAX_EMAIL } from '../http/address.dto.js';
import { DEVICE_NAME, IsDeviceName } from '../http/device-name.js';
import { IsAbsentOr, IsOneLine, Trim } from '../http/dto.decorators.js';
import { IsNewPassword } from '../http/new-password.js';

const PASSWORD = { format: 'password', example: 'correct horse battery' };
export const NEW_PASSWORD = { ...PASSWORD, description: 'See *Passwords* at the top' };
/** At a login only the size of the body limits a password: what was accepted once must stay usable. */
export const TYPED_PASSWORD = { ...PASSWORD, minLength: 1 };
const MAX_TOKEN = 4096;

const LOGIN_DEVICE_NAME = {
  ...DEVICE_NAME,
  description: 'What the user calls this device, for the list of sessions',
};

export class LoginDto {
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  @Trim()
  @IsOneLine()
  @IsString()
  @Length(1, MAX_EMAIL)
  email: string;

  @ApiProperty(TYPED_PASSWORD)
  @IsString()
  @MinLength(1)
  password: string;

  @ApiPropertyOptional(LOGIN_DEVICE_NAME)
  @IsAbsentOr()
  @IsDeviceName()
  device_name?: string;
}

/**
 * The form of RFC 6749 §4.3.2. OAuth2 clients also send a grant type, a scope and client credentials. They are accepted and
 * not used: there is one client and one scope.
 */
export class PasswordGrantDto {
  @ApiProperty({ description: 'The e-mail address', example: 'ada@example.org' })
  @Trim()
  @IsOneLine()
  @IsString()
  @Length(1, MAX_EMAIL)
  username: string;

  @ApiProperty(TYPED_PASSWORD)
  @IsString()
  @MinLength(1)
  password: string;

  @ApiPropertyOptional(LOGIN_DEVICE_NAME)
  @IsAbsentOr()
  @IsDeviceName()
  device_name?: string;

  @ApiPropertyOptional({ enum: ['password'] })
  @IsOptional()
  @IsIn(['password', ''])
  grant_type?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  scope?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  client_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  client_secret?: string;
}

export class RefreshDto {
  @ApiProperty({ maxLength: MAX_TOKEN, example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9…' })
  @IsString()
  @Length(1, MAX_TOKEN)
  refresh_token: string;
}

export class ChangePasswordDto {
  @ApiProperty(TYPED_PASSWORD)
  @IsString()
  @MinLength(1)
  current_password: string;

  @ApiProperty({ ...NEW_PASSWORD, example: 'a new horse battery' })
  @IsNewPassword()
  @IsString()
  new_password: string;
}

/** The answer of RFC 6749 §5.1. */
export class TokensDto {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9…' })
  access_token: string;

  @ApiPropertyOptional({
    description: 'Absent with `Token-Carrier: cookie`',
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9…',
  })
  refresh_token: string;

  @ApiProperty({ enum: ['bearer'], example: 'bearer' })
  token_type: 'bearer';

  @ApiProperty({ description: 'Seconds until the access token expires', example: 1800 })
  expires_in: number;
}

export class MessageDto {
  @ApiProperty({ example: 'Successfully logged out' })
  message: string;

  @ApiProperty({ example: 'Token has been revoked and cache cleared' })
  detail: string;
}
