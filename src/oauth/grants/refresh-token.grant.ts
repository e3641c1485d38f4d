import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import type { Actor } from '../../common/actor.js';
import { demandParameter } from '../oauth-form.js';
import { toOAuthTokens } from '../oauth-tokens.dto.js';
import type { Grant, TokenGrant, TokenRequest } from './grant.js';

/** RFC 6749 §6. */
@Injectable()
export class RefreshTokenGrant implements Grant {
  static readonly type = 'refresh_token';
  readonly scope = 'password';

  constructor(private readonly auth: AuthService) {}

  async grant({ client, parameters, idempotencyKey }: TokenRequest, by: Actor): Promise<TokenGrant> {
    const token = demandParameter(parameters, 'refresh_token');
    const tokens = await this.auth.refresh(token, idempotencyKey, by, { clientId: client.id });
    return { tokens: toOAuthTokens(tokens) };
  }
}
