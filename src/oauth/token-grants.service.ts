import { Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { demandScope } from '../clients/client-authenticator.js';
import type { OAuthClient } from '../clients/client.entity.js';
import type { Actor } from '../common/actor.js';
import { asOAuthText, OAuthError } from '../http/oauth-error.js';
import { ProblemError } from '../http/problem.error.js';
import type { ProblemCode } from '../http/problems.js';
import { GRANT_TYPES, type OAuthTokensDto, toOAuthTokens } from './oauth.dto.js';
import { demandParameter, type OAuthParameters } from './oauth-form.js';

/** What RFC 6749 §5.2 calls an invalid grant. */
const INVALID_GRANTS: readonly ProblemCode[] = [
  'invalid_credentials',
  'user_inactive',
  'token_invalid',
  'token_expired',
  'token_revoked',
];

/** A request of a client that has authenticated. */
export interface TokenRequest {
  readonly client: OAuthClient;
  readonly parameters: OAuthParameters;
  readonly idempotencyKey: string | undefined;
  /** Of an earlier login, see `DeviceTokens`. */
  readonly deviceToken: string | undefined;
}

/** What a grant gives. */
export interface TokenGrant {
  readonly tokens: OAuthTokensDto;
  /** After a login, for the next one on this device. */
  readonly deviceToken?: string;
}

/** Tokens for OAuth clients, by the code of `/auth/login` and `/auth/refresh`. */
@Injectable()
export class TokenGrants {
  constructor(private readonly auth: AuthService) {}

  /**
   * Answers RFC 6749 §4.3 (password) and §6 (refresh token).
   * @throws OAuthError of §5.2, for a client without the scope `password` too. There are no scopes, so a request for one is refused
   * @throws ProblemError 429
   */
  async grant(request: TokenRequest, by: Actor): Promise<TokenGrant> {
    demandScope(request.client, 'password', 400);
    const grantType = demandParameter(request.parameters, 'grant_type');
    if (request.parameters.has('scope')) throw new OAuthError('invalid_scope', 'There are no scopes here');
    try {
      if (grantType === 'password') return await this.logIn(request, by);
      if (grantType === 'refresh_token') return await this.refresh(request, by);
    } catch (error) {
      if (!(error instanceof ProblemError) || !INVALID_GRANTS.includes(error.problem.code)) throw error;
      throw new OAuthError('invalid_grant', asOAuthText(error.problem.detail));
    }
    throw new OAuthError('unsupported_grant_type', `Use ${GRANT_TYPES.join(' or ')}`);
  }

  private async logIn({ client, parameters, deviceToken }: TokenRequest, by: Actor): Promise<TokenGrant> {
    const username = demandParameter(parameters, 'username').trim();
    const password = demandParameter(parameters, 'password');
    const options = { clientId: client.id, deviceToken };
    const { tokens, deviceToken: next } = await this.auth.login(username, password, by, options);
    return { tokens: toOAuthTokens(tokens), deviceToken: next };
  }

  private async refresh(
    { client, parameters, idempotencyKey }: TokenRequest,
    by: Actor,
  ): Promise<TokenGrant> {
    const token = demandParameter(parameters, 'refresh_token');
    return { tokens: toOAuthTokens(await this.auth.refresh(token, idempotencyKey, by, client.id)) };
  }
}
