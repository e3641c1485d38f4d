import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport, { type PassportStatic } from 'passport';
import { Strategy } from 'passport-jwt';
import type { Principal } from '../common/principal.js';
import { Problems } from '../http/problem.error.js';
import type { RedisWaits } from '../common/redis-waits.js';
import { redisWaitsOf } from '../http/request-context.decorators.js';
import { accessTokenOf } from '../http/token-carrier.js';
import { AppConfig } from '../config/app-config.js';
import { SessionVerdictService } from '../sessions/session-verdict.service.js';
import type { AccessClaims } from '../sessions/verdict.js';
import type { Permit } from '../standing/permit.js';
import { permitOf } from '../standing/primary.guard.js';
import { TokenService } from './token.service.js';

/**
 * Verifies the access token, then checks that it is not revoked: in the blacklist and the user cache, and in PostgreSQL when
 * they have no answer.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    private readonly tokens: TokenService,
    private readonly verdicts: SessionVerdictService,
    config: AppConfig,
  ) {
    super({ jwtFromRequest: accessTokenOf as never, secretOrKey: config.tokens.key as never });
  }

  /**
   * Replaces the method of passport-jwt, so that `TokenService` verifies the token: it also checks the token's type. The
   * verifier of passport-jwt is a static member: replacing it would affect every application in the process.
   */
  override authenticate(request: Parameters<Strategy['authenticate']>[0]): void {
    const token = accessTokenOf(request);
    if (token === null) return this.fail('Bearer', 401);
    let claims: AccessClaims;
    try {
      claims = this.tokens.verifyAccess(token);
    } catch (error) {
      return this.error(error as Error);
    }
    this.validate(claims, permitOf(request), () => redisWaitsOf(request)).then(
      (principal) => this.success(principal),
      (error: unknown) => this.error(error as Error),
    );
  }

  /** @throws ProblemError 401 `token_revoked` */
  async validate(claims: AccessClaims, permit?: Permit, waitsOf?: () => RedisWaits): Promise<Principal> {
    const verdict = await this.verdicts.judge(claims, permit, waitsOf);
    if (verdict.outcome === 'accepted') return verdict.principal;
    throw Problems.tokenRevoked();
  }

  /** Gives the strategy of each application its own name: passport has one table of strategies for the whole process. */
  getPassportInstance(): PassportStatic {
    this.name = `jwt-${randomUUID()}`;
    return passport;
  }
}
