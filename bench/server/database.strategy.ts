import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AppConfig } from '../../src/config/app-config.js';
import type { AccessClaims } from '../../src/sessions/verdict.js';
import { LiveUserQuery } from './live-user.query.js';
import type { UserDto } from '../../src/users/user.dto.js';

export const DATABASE_STRATEGY = 'bench-database';

/** One database read per request. The signature is verified with a `KeyObject`. */
@Injectable()
export class DatabaseStrategy extends PassportStrategy(Strategy, DATABASE_STRATEGY) {
  constructor(
    config: AppConfig,
    private readonly users: LiveUserQuery,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // jsonwebtoken accepts a KeyObject, but the types of passport-jwt do not.
      secretOrKey: config.tokens.key as never,
      algorithms: ['HS256'],
    });
  }

  async validate({ sub, sid }: AccessClaims): Promise<UserDto | false> {
    return (await this.users.find(sub, sid)) ?? false;
  }
}
