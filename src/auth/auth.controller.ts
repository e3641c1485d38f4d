import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/actor.js';
import { ApiDeviceToken } from '../http/api-device-token.decorator.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import {
  EndsTokens,
  ExchangesTokens,
  GivesTokens,
  IsByCookie,
  LOGOUT_HEADERS,
  TOKEN_HEADERS,
} from '../http/token-carrier.decorators.js';
import type { Principal } from '../common/principal.js';
import {
  CurrentActor,
  CurrentPrincipal,
  DEVICE_TOKEN_HEADER,
  DeviceToken,
  IDEMPOTENCY_KEY_HEADER,
  IdempotencyKey,
  Public,
} from '../http/request-context.decorators.js';
import {
  ChangePasswordDto,
  LoginDto,
  MessageDto,
  PasswordGrantDto,
  RefreshDto,
  TokensDto,
} from './auth.dto.js';
import { AuthService } from './auth.service.js';

@Controller('api/v1')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @ApiTags('auth')
  @Public()
  @Post('auth/login')
  @HttpCode(200)
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOperation({ summary: 'Log in by form (OAuth2 password grant); the Authorize button uses it' })
  @GivesTokens()
  @ApiDeviceToken(TokensDto, TOKEN_HEADERS)
  @ApiProblems(400, 'invalid_credentials', 'user_inactive', 'email_not_verified', 422, 429)
  login(
    @Body() { username: email, ...body }: PasswordGrantDto,
    @DeviceToken() deviceToken: string | undefined,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokensDto> {
    return this.openSession({ email, ...body }, deviceToken, by, reply);
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/login/json')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by JSON' })
  @GivesTokens()
  @ApiDeviceToken(TokensDto, TOKEN_HEADERS)
  @ApiProblems(400, 'invalid_credentials', 'user_inactive', 'email_not_verified', 422, 429)
  loginJson(
    @Body() body: LoginDto,
    @DeviceToken() deviceToken: string | undefined,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokensDto> {
    return this.openSession(body, deviceToken, by, reply);
  }

  @ApiTags('auth')
  @Public()
  @Post('auth/refresh')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Exchange the refresh token for its successor',
    description:
      'A refresh token is valid for one exchange. While the successor is unused, the client may repeat the request and ' +
      'gets the same successor. With an `Idempotency-Key`, it repeats the same key, at any time. Without a key, it repeats the ' +
      'request within the grace period, from the same network and with the same user agent. Any other use of an old token ' +
      'revokes the session: the token may be stolen.',
  })
  @ApiHeader({
    name: IDEMPOTENCY_KEY_HEADER,
    required: false,
    description: 'Chosen by the client for this exchange; sent again when the answer was lost',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  })
  @ExchangesTokens(RefreshDto)
  @ApiOkResponse({ type: TokensDto, headers: TOKEN_HEADERS })
  @ApiProblems(400, 401, 422, 429)
  refresh(
    @Body() { refresh_token }: RefreshDto,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @IsByCookie() isByCookie: boolean,
    @CurrentActor() by: Actor,
  ): Promise<TokensDto> {
    return this.auth.refresh(refresh_token, idempotencyKey, by, { isByCookie });
  }

  @ApiTags('auth')
  @Post('auth/logout')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log out: every instance refuses both tokens of this session from now on',
  })
  @EndsTokens()
  @ApiOkResponse({ type: MessageDto, headers: LOGOUT_HEADERS })
  @ApiProblems(401)
  async logout(@CurrentPrincipal() principal: Principal, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.auth.logout(principal, by);
    return { message: 'Successfully logged out', detail: 'Token has been revoked and cache cleared' };
  }

  // In this folder because it revokes sessions, which src/users may not import.
  @Post('users/me/change-password')
  @HttpCode(200)
  @ApiTags('users')
  @ApiOperation({ summary: 'Change my password and end all my other sessions' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 401, 'wrong_password', 422, 429)
  async changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body() { current_password, new_password }: ChangePasswordDto,
    @CurrentActor() by: Actor,
  ): Promise<MessageDto> {
    await this.auth.changePassword(principal, current_password, new_password, by);
    return { message: 'Password changed', detail: 'All other sessions have ended' };
  }

  private async openSession(
    { email, password, device_name: deviceName }: LoginDto,
    deviceToken: string | undefined,
    by: Actor,
    reply: FastifyReply,
  ): Promise<TokensDto> {
    const opened = await this.auth.login(email, password, by, { deviceToken, deviceName });
    void reply.header(DEVICE_TOKEN_HEADER, opened.deviceToken);
    return opened.tokens;
  }
}
