import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import type { Actor } from '../common/actor.js';
import { ApiDeviceToken } from '../http/api-device-token.decorator.js';
import { ApiClientAuthentication, ApiClientScope, ApiOAuthErrors } from '../http/api-oauth.decorators.js';
import {
  CurrentActor,
  DEVICE_TOKEN_HEADER,
  DeviceToken,
  IDEMPOTENCY_KEY_HEADER,
  IdempotencyKey,
  Public,
} from '../http/request-context.decorators.js';
import { ActiveTokenDto, InactiveTokenDto, PresentedTokenDto, TokenFormDto } from './oauth.dto.js';
import { END_USER_ADDRESS_HEADER, endUserOf } from './end-user-address.js';
import { parametersOf } from './oauth-form.js';
import { OAuthTokensDto } from './oauth-tokens.dto.js';
import { TokenGrantsService } from './token-grants.service.js';
import { TokenInspection } from './token-inspection.js';

/** Public for the guard of access tokens: each route authenticates the client instead. */
@ApiTags('oauth')
@ApiClientAuthentication()
@ApiOAuthErrors()
@Public()
@Controller('oauth2')
export class OAuthController {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly grants: TokenGrantsService,
    private readonly inspection: TokenInspection,
  ) {}

  @Post('token')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log a user in, or refresh tokens (RFC 6749)',
    description:
      'Grants `password` and `refresh_token`. RFC 9700 discourages `password`: use it for first-party clients only. A refresh ' +
      'token is good only for the client that got it.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: TokenFormDto })
  @ApiHeader({
    name: IDEMPOTENCY_KEY_HEADER,
    required: false,
    description: 'With `refresh_token`: as at `POST /api/v1/auth/refresh`',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  })
  @ApiHeader({
    name: END_USER_ADDRESS_HEADER,
    required: false,
    description:
      'The IP address of the user, from a client with the scope `end_user_address`. Limits of logins then count for this address',
    schema: { type: 'string' },
    example: '203.0.113.7',
  })
  @ApiDeviceToken(OAuthTokensDto)
  async token(
    @Req() request: FastifyRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @DeviceToken() sentDeviceToken: string | undefined,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OAuthTokensDto> {
    const parameters = parametersOf(request);
    const client = await this.clients.authenticate(request);
    const endUser = endUserOf(client, request, by);
    const asked = { client, parameters, idempotencyKey, deviceToken: sentDeviceToken };
    const { tokens, deviceToken } = await this.grants.grant(asked, endUser);
    if (deviceToken !== undefined) void reply.header(DEVICE_TOKEN_HEADER, deviceToken);
    return tokens;
  }

  @Post('introspect')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Ask whether a token is good now (RFC 7662)',
    description:
      'Whatever is wrong with a token, the answer is `{"active":false}` and nothing else. An access token has the member ' +
      '`token_type`. A refresh token is active for its own client only.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: PresentedTokenDto })
  @ApiClientScope('introspection')
  @ApiExtraModels(ActiveTokenDto, InactiveTokenDto)
  @ApiOkResponse({
    schema: {
      type: 'object',
      oneOf: [ActiveTokenDto, InactiveTokenDto].map((dto) => ({ $ref: getSchemaPath(dto) })),
      example: { active: false },
    },
  })
  async introspect(@Req() request: FastifyRequest): Promise<ActiveTokenDto | InactiveTokenDto> {
    const parameters = parametersOf(request);
    return this.inspection.introspect(await this.clients.authenticate(request, 'introspection'), parameters);
  }

  @Post('revoke')
  @HttpCode(200)
  @ApiOperation({
    summary: "End the session of one of the client's tokens (RFC 7009)",
    description:
      'Every instance refuses both tokens of the session from then on. An invalid or unknown token is not an error.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: PresentedTokenDto })
  @ApiOkResponse({ description: 'The token is revoked', schema: { type: 'object', example: {} } })
  async revoke(@Req() request: FastifyRequest, @CurrentActor() by: Actor): Promise<Record<string, never>> {
    const parameters = parametersOf(request);
    await this.inspection.revoke(await this.clients.authenticate(request), parameters, by);
    return {};
  }
}
