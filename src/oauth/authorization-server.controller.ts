import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../config/app-config.js';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { GRANT_TYPES } from './grants/grant-types.js';
import { AuthorizationServerDto } from './oauth.dto.js';

const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'];

@ApiTags('discovery')
@Controller('.well-known/oauth-authorization-server')
export class AuthorizationServerController {
  private readonly metadata: AuthorizationServerDto;

  constructor({ issuerUrl }: AppConfig, keys: SigningKeys) {
    this.metadata = {
      issuer: issuerUrl,
      token_endpoint: `${issuerUrl}/oauth2/token`,
      introspection_endpoint: `${issuerUrl}/oauth2/introspect`,
      revocation_endpoint: `${issuerUrl}/oauth2/revoke`,
      ...(keys.isAsymmetric
        ? {
            jwks_uri: `${issuerUrl}/.well-known/jwks.json`,
            access_token_signing_alg_values_supported: keys.algorithms,
          }
        : {}),
      grant_types_supported: GRANT_TYPES,
      response_types_supported: [],
      token_endpoint_auth_methods_supported: AUTH_METHODS,
      introspection_endpoint_auth_methods_supported: AUTH_METHODS,
      revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    };
  }

  @Public()
  @NeedsNoDatabase()
  @Get()
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'Where the OAuth endpoints are (RFC 8414)' })
  @ApiOkResponse({ type: AuthorizationServerDto })
  describe(): AuthorizationServerDto {
    return this.metadata;
  }
}
