import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Principal } from '../common/principal.js';
import { Problems } from '../common/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import { SessionVerdictService } from '../sessions/session-verdict.service.js';
import type { AccessClaims } from '../sessions/verdict.js';
import { TokenService } from './token.service.js';

type Verifier = (
  token: string,
  key: unknown,
  options: unknown,
  done: (error: unknown, claims?: unknown) => void,
) => void;

/** Verifies the access token, then lets it be judged: blacklist and user cache first, PostgreSQL where they do not say yes. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    tokens: TokenService,
    config: AppConfig,
    private readonly verdicts: SessionVerdictService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: config.tokens.key as never,
    });
    // One verification for requests and for live channels, with the token type that passport-jwt does not check.
    (Strategy as unknown as { JwtVerifier: Verifier }).JwtVerifier = (token, _key, _options, done) => {
      try {
        done(null, tokens.verifyAccess(token));
      } catch (error) {
        done(error);
      }
    };
  }

  async validate(claims: AccessClaims): Promise<Principal> {
    const verdict = await this.verdicts.judge(claims);
    if ('principal' in verdict) return verdict.principal;
    throw verdict.refusal === 'revoked' ? Problems.tokenRevoked() : Problems.userInactive();
  }
}
