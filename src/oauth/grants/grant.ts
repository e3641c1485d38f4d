import type { ClientScope } from '../../clients/client-scope.js';
import type { OAuthClient } from '../../clients/client.entity.js';
import type { Actor } from '../../common/actor.js';
import type { OAuthTokensDto } from '../oauth-tokens.dto.js';
import type { OAuthParameters } from '../oauth-form.js';

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

/** One way to get tokens at the token endpoint. */
export interface Grant {
  /** A client needs it for this grant. */
  readonly scope: ClientScope;
  /**
   * @throws OAuthError of RFC 6749 §5.2
   * @throws ProblemError 429, and those that a login has: the endpoint answers `invalid_grant` for them
   */
  grant(request: TokenRequest, by: Actor): Promise<TokenGrant>;
}
