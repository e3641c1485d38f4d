import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { demandScope } from '../clients/client-authenticator.js';
import type { Actor } from '../common/actor.js';
import { asOAuthText, OAuthError } from '../http/oauth-error.js';
import { ProblemError } from '../http/problem.error.js';
import type { ProblemCode } from '../http/problems.js';
import { GRANT_TYPES, GRANTS } from './grants/grant-types.js';
import type { Grant, TokenGrant, TokenRequest } from './grants/grant.js';
import { demandParameter } from './oauth-form.js';

/** What RFC 6749 §5.2 calls an invalid grant. */
const INVALID_GRANTS: readonly ProblemCode[] = [
  'invalid_credentials',
  'user_inactive',
  'email_not_verified',
  'token_invalid',
  'token_expired',
  'token_revoked',
];

/** The token endpoint: chooses the grant that a request asks for. */
@Injectable()
export class TokenGrantsService {
  constructor(private readonly modules: ModuleRef) {}

  /**
   * @throws OAuthError of RFC 6749 §5.2, for a client without the scope of the grant too. There are no scopes of tokens, so a request
   *   for one is refused
   * @throws ProblemError 429
   */
  async grant(request: TokenRequest, by: Actor): Promise<TokenGrant> {
    const grant = this.find(demandParameter(request.parameters, 'grant_type'));
    demandScope(request.client, grant.scope, 400);
    if (request.parameters.has('scope')) throw new OAuthError('invalid_scope', 'There are no scopes here');
    try {
      return await grant.grant(request, by);
    } catch (error) {
      if (!(error instanceof ProblemError) || !INVALID_GRANTS.includes(error.problem.code)) throw error;
      throw new OAuthError('invalid_grant', asOAuthText(error.problem.detail));
    }
  }

  private find(grantType: string): Grant {
    const found = GRANTS.find(({ type }) => type === grantType);
    if (found === undefined)
      throw new OAuthError('unsupported_grant_type', `Use ${GRANT_TYPES.join(' or ')}`);
    return this.modules.get<Grant>(found);
  }
}
