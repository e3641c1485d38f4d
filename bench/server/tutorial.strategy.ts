import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { AppConfig } from '../../src/config/app-config.js';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { AccessClaims } from '../../src/sessions/verdict.js';
import { LiveUserQuery } from './live-user.query.js';
import type { UserDto } from '../../src/users/user.dto.js';
import { TutorialCache } from './tutorial-cache.service.js';

export const TUTORIAL_STRATEGY = 'bench-tutorial';

/** The setup of common tutorials: passport-jwt with the secret as a string, and two sequential cache reads. */
@Injectable()
export class TutorialStrategy extends PassportStrategy(Strategy, TUTORIAL_STRATEGY) {
  constructor(
    config: AppConfig,
    private readonly cache: TutorialCache,
    private readonly users: LiveUserQuery,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      ignoreExpiration: false,
      secretOrKey: config.tokens.key.export().toString(),
    });
  }

  async validate({ sub, sid, jti }: AccessClaims): Promise<UserDto | false> {
    if (await this.cache.get(`blacklist:${jti}`)) return false;
    const cached = await this.cache.get<UserDto>(`user:${sub}`);
    if (cached !== undefined) return cached;
    const user = await this.users.find(sub, sid);
    if (user !== undefined) await this.cache.set(`user:${sub}`, user);
    return user ?? false;
  }
}
