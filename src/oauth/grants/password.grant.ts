import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import type { Actor } from '../../common/actor.js';
import { demandParameter } from '../oauth-form.js';
import { toOAuthTokens } from '../oauth-tokens.dto.js';
import type { Grant, TokenGrant, TokenRequest } from './grant.js';

/** RFC 6749 §4.3, for first-party clients. */
@Injectable()
export class PasswordGrant implements Grant {
  static readonly type = 'password';
  readonly scope = 'password';

  constructor(private readonly auth: AuthService) {}

  async grant({ client, parameters, deviceToken }: TokenRequest, by: Actor): Promise<TokenGrant> {
    const username = demandParameter(parameters, 'username').trim();
    const password = demandParameter(parameters, 'password');
    const options = { clientId: client.id, deviceToken };
    const { tokens, deviceToken: next } = await this.auth.login(username, password, by, options);
    return { tokens: toOAuthTokens(tokens), deviceToken: next };
  }
}
