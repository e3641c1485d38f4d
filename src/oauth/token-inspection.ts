import { Injectable } from '@nestjs/common';
import { type RefreshClaims, TokenService } from '../auth/token.service.js';
import type { OAuthClient } from '../clients/client.entity.js';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { HotStatements } from '../database/hot-statements.js';
import { OAuthError } from '../http/oauth-error.js';
import { SessionVerdictService } from '../sessions/session-verdict.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { AccessClaims } from '../sessions/verdict.js';
import type { ActiveTokenDto, InactiveTokenDto } from './oauth.dto.js';
import { demandParameter, type OAuthParameters } from './oauth-form.js';
import { readToken } from './presented-token.js';
import { SESSION_OF_TOKEN, type SessionOfToken } from './session-of-token.js';

const INACTIVE: InactiveTokenDto = { active: false };

/** Introspection and revocation of tokens, for clients that have authenticated. */
@Injectable()
export class TokenInspection {
  constructor(
    private readonly tokens: TokenService,
    private readonly verdicts: SessionVerdictService,
    private readonly sessions: SessionsService,
    private readonly statements: HotStatements,
    private readonly config: AppConfig,
  ) {}

  /**
   * Answers RFC 7662 §2.2. Any client may introspect an access token. A refresh token is active for its own client only, so that no
   * other service takes it for an access token.
   * @throws OAuthError `invalid_request` without a token
   * @throws Error of the database when it cannot be judged; an outage never makes a token inactive
   */
  async introspect(
    client: OAuthClient,
    parameters: OAuthParameters,
  ): Promise<ActiveTokenDto | InactiveTokenDto> {
    const token = readToken(
      this.tokens,
      demandParameter(parameters, 'token'),
      parameters.get('token_type_hint'),
    );
    if (token === undefined) return INACTIVE;
    return token.kind === 'access' ? this.judge(token.claims) : this.inspect(client, token.claims);
  }

  /**
   * Ends the session of the token (RFC 7009), as a logout does: when the promise resolves, every instance refuses its tokens. An
   * older refresh token of the session ends it too. An invalid or unknown token changes nothing.
   * @throws OAuthError `invalid_grant` for the token of another client (RFC 7009 §2.1), `invalid_request` without a token
   * @throws Error of the database when it could not be done
   */
  async revoke(client: OAuthClient, parameters: OAuthParameters, by: Actor): Promise<void> {
    const token = readToken(
      this.tokens,
      demandParameter(parameters, 'token'),
      parameters.get('token_type_hint'),
    );
    if (token === undefined) return;
    const { sub: userId, sid: id } = token.claims;
    const session = await this.sessionOf(token.claims);
    if (session === undefined) return;
    if (session.client_id !== client.id)
      throw new OAuthError('invalid_grant', 'The token was issued to another client');
    // Also where the session has ended already: the other request may not have deleted the cache entry yet.
    await this.sessions.revoke({ userId, id }, 'logout', by);
  }

  /** By the one verdict function, with the role of this moment. */
  private async judge(claims: AccessClaims): Promise<ActiveTokenDto | InactiveTokenDto> {
    const verdict = await this.verdicts.judge(claims);
    if (verdict.outcome === 'revoked') return INACTIVE;
    const { iss, sub, aud, client_id = this.config.name, exp, iat, jti, sid, auth_time } = claims;
    const { role } = verdict.principal;
    return {
      active: true,
      iss,
      sub,
      aud,
      client_id,
      exp,
      iat,
      jti,
      sid,
      role,
      auth_time,
      token_type: 'Bearer',
    };
  }

  /** By the row of the session, which stays as it is. */
  private async inspect(
    client: OAuthClient,
    claims: RefreshClaims,
  ): Promise<ActiveTokenDto | InactiveTokenDto> {
    const session = await this.sessionOf(claims);
    if (session?.can_refresh !== true || session.client_id !== client.id) return INACTIVE;
    const { sub, sid, jti, iat, exp } = claims;
    const { issuerUrl } = this.config;
    const { auth_time } = session;
    return {
      active: true,
      iss: issuerUrl,
      sub,
      aud: issuerUrl,
      client_id: client.id,
      exp,
      iat,
      jti,
      sid,
      auth_time,
    };
  }

  private async sessionOf({ sid, sub, jti }: RefreshClaims): Promise<SessionOfToken | undefined> {
    const values = [sid, sub, jti, this.config.sessions.maxAgeSeconds];
    const [session] = await this.statements.run<SessionOfToken & Record<string, unknown>>(
      SESSION_OF_TOKEN,
      values,
    );
    return session;
  }
}
