import { Injectable } from '@nestjs/common';
import { BlacklistService } from '../cache/blacklist.service.js';
import type { Permit } from '../standing/permit.js';
import { Standing } from '../standing/standing.js';
import { type CachedUser, UserCacheService } from '../cache/user-cache.service.js';
import { isDatabaseOutage, NoPrimaryError } from '../common/database-errors.js';
import { accountOf } from '../common/principal.js';
import { newCounter } from '../common/metrics.js';
import { RedisWaits } from '../common/redis-waits.js';
import type { AccessClaims, Verdict } from './verdict.js';
import { LiveUserReader } from './live-user.reader.js';

/**
 * The one function that judges a token, for requests and live channels. The cache can only answer *accepted* (a live session of an
 * active user) or *revoked*. PostgreSQL decides everything else, also when the cache fails. The cache is asked once more when PostgreSQL
 * fails, because it may be proven to be out of reach by then.
 */
@Injectable()
export class SessionVerdictService {
  private readonly judged = newCounter('ergodrive_verdicts_total', 'Access tokens judged', [
    'source',
    'outcome',
  ]);

  constructor(
    private readonly standing: Standing,
    private readonly blacklist: BlacklistService,
    private readonly users: UserCacheService,
    private readonly reader: LiveUserReader,
  ) {}

  /**
   * @param permit that was taken for the request
   * @param waitsOf gives the waits of the request, once it has waited for Redis in vain
   * @throws Error of the database when neither it nor the cache can say: nobody is let in then
   */
  async judge(
    claims: AccessClaims,
    permit = this.standing.permit(),
    waitsOf = () => new RedisWaits(),
  ): Promise<Verdict> {
    if (permit.kind === 'refuse') throw new NoPrimaryError(permit.reason);
    const askedAt = performance.now();
    const cached = await this.askCache(claims, permit);
    if (cached !== undefined) return this.counted('cache', cached);
    const waits = waitsOf();
    waits.add(performance.now() - askedAt);
    return this.askDatabase(claims, waits).catch(async (error: unknown) => {
      const again = isDatabaseOutage(error) ? await this.askCache(claims, this.standing.permit()) : undefined;
      if (again === undefined) throw error;
      return this.counted('cache', again);
    });
  }

  private async askDatabase(claims: AccessClaims, waits: RedisWaits): Promise<Verdict> {
    const { user, history } = await this.reader.read(claims.sub, waits);
    const verdict: Verdict = hasLiveSession(user, claims) ? accept(user, claims) : { outcome: 'revoked' };
    // A session that has ended never becomes live again, so the cache may refuse its token from now on.
    if (verdict.outcome === 'revoked') this.blacklist.add(claims.jti, claims.exp, history);
    return this.counted('database', verdict);
  }

  private counted(source: 'cache' | 'database', verdict: Verdict): Verdict {
    this.judged.inc({ source, outcome: verdict.outcome });
    return verdict;
  }

  /** Both reads share a round trip. @returns `undefined` where PostgreSQL must be asked */
  private async askCache(claims: AccessClaims, permit: Permit): Promise<Verdict | undefined> {
    const [isRevoked, user] = await Promise.all([
      this.blacklist.isRevoked(claims.jti, permit),
      this.users.get(claims.sub, permit),
    ]);
    if (isRevoked) return { outcome: 'revoked' };
    return hasLiveSession(user, claims) ? accept(user, claims) : undefined;
  }
}

/** A deactivation ends the sessions, so a live session of an inactive user is one that was made by hand. */
function hasLiveSession(user: CachedUser | undefined, { sid }: AccessClaims): user is CachedUser {
  return user?.is_active === true && user.sessions.includes(sid);
}

function accept(user: CachedUser, { sid, jti, exp }: AccessClaims): Verdict {
  const principal = Object.assign(accountOf(user), { sessionId: sid, tokenId: jti, tokenExpiresAt: exp });
  return { outcome: 'accepted', principal };
}
