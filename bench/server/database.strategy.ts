import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AppConfig } from '../../src/config/app-config.js';
import type { AccessClaims } from '../../src/sessions/verdict.js';
import { LiveUserQuery } from './live-user.query.js';
import type { RequestUser } from './request-user.js';

export const DATABASE_STRATEGY = 'bench-database';

/** A database read per request: the signature checked with a `KeyObject`, everything else asked of PostgreSQL. */
@Injectable()
export class DatabaseStrategy extends PassportStrategy(Strategy, DATABASE_STRATEGY) {
  constructor(
    config: AppConfig,
    private readonly users: LiveUserQuery,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // jsonwebtoken takes a KeyObject; the types of passport-jwt do not know.
      secretOrKey: config.tokens.key as never,
      algorithms: ['HS256'],
    });
  }

  async validate({ sub, sid }: AccessClaims): Promise<RequestUser | false> {
    return (await this.users.find(sub, sid)) ?? false;
  }
}
