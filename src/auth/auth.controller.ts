import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { ApiProblems } from '../common/api-problems.decorator.js';
import type { Principal } from '../common/principal.js';
import { CurrentActor, CurrentPrincipal, Public } from '../common/request-context.decorators.js';
import { toUserDto, UserDto } from '../users/user.dto.js';
import {
  ChangePasswordDto,
  LoginDto,
  MessageDto,
  PasswordGrantDto,
  RefreshDto,
  RegisterDto,
  TokensDto,
} from './auth.dto.js';
import { AuthService } from './auth.service.js';

const WRONG_CREDENTIALS = { status: 401, code: 'invalid_credentials', detail: 'Incorrect email or password' };
const INACTIVE = { status: 403, code: 'user_inactive', detail: 'Inactive user' };
const WRONG_PASSWORD = { status: 403, code: 'wrong_password', detail: 'The current password is not right' };

@Controller('api/v1')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @ApiTags('auth')
  @Public()
  @Post('auth/register')
  @ApiOperation({ summary: 'Create an account' })
  @ApiCreatedResponse({ type: UserDto })
  @ApiProblems(400, 403, 409, 422)
  async register(@Body() body: RegisterDto, @CurrentActor() by: Actor): Promise<UserDto> {
    return toUserDto(await this.auth.register(body, by));
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/login')
  @HttpCode(200)
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOperation({ summary: 'Log in by form (OAuth2 password grant); the Authorize button uses it' })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblems(400, WRONG_CREDENTIALS, INACTIVE, 422, 429)
  login(@Body() { username, password }: PasswordGrantDto, @CurrentActor() by: Actor): Promise<TokensDto> {
    return this.auth.login(username, password, by);
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/login/json')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by JSON' })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblems(400, WRONG_CREDENTIALS, INACTIVE, 422, 429)
  loginJson(@Body() { email, password }: LoginDto, @CurrentActor() by: Actor): Promise<TokensDto> {
    return this.auth.login(email, password, by);
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/refresh')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Exchange the refresh token for its successor',
    description:
      'A refresh token is good once. Its immediate predecessor gets the same successor again within the grace period, so ' +
      'that a lost answer or a second tab logs nobody out; any other old token ends the session, as stolen.',
  })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblems(400, 401, 422)
  refresh(@Body() { refresh_token }: RefreshDto, @CurrentActor() by: Actor): Promise<TokensDto> {
    return this.auth.refresh(refresh_token, by);
  }

  @ApiTags('auth')
  @Post('auth/logout')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log out: both tokens of this session are refused from the answer on, by every instance',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(401)
  async logout(@CurrentPrincipal() principal: Principal, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.auth.logout(principal, by);
    return { message: 'Successfully logged out', detail: 'Token has been revoked and cache cleared' };
  }

  @Post('users/me/change-password')
  @HttpCode(200)
  @ApiTags('users')
  @ApiOperation({ summary: 'Change my password; every other session of mine ends' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 401, WRONG_PASSWORD, 422, 429)
  async changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body() { current_password, new_password }: ChangePasswordDto,
    @CurrentActor() by: Actor,
  ): Promise<MessageDto> {
    await this.auth.changePassword(principal, current_password, new_password, by);
    return { message: 'Password changed', detail: 'All other sessions have ended' };
  }
}
