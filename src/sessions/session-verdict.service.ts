import { Inject, Injectable } from '@nestjs/common';
import { BlacklistService } from '../cache/blacklist.service.js';
import { CACHE_STORE, type CacheStore, CacheUnavailableError } from '../cache/cache-store.js';
import { CacheTrust } from '../cache/cache-trust.js';
import { ignoreOutage } from '../cache/ignore-outage.js';
import { type CachedUser, UserCacheService } from '../cache/user-cache.service.js';
import type { Principal } from '../common/principal.js';
import type { AccessClaims, Verdict } from './verdict.js';
import { LiveUserReader } from './live-user.reader.js';
import { VerdictMetrics } from './verdict-metrics.js';

/**
 * The one function that judges a token, for requests, live channels and whoever else asks. The cache can only say *yes*
 * (a live session of an active user) or *revoked*; everything else, its failure included, is decided by PostgreSQL.
 */
@Injectable()
export class SessionVerdictService {
  constructor(
    @Inject(CACHE_STORE) private readonly store: CacheStore,
    private readonly trust: CacheTrust,
    private readonly blacklist: BlacklistService,
    private readonly users: UserCacheService,
    private readonly reader: LiveUserReader,
    private readonly metrics: VerdictMetrics,
  ) {}

  /** @throws Error of the database when neither it nor the cache can say: nobody is let in then */
  async judge(claims: AccessClaims): Promise<Verdict> {
    const cached = await this.askCache(claims);
    if (cached !== undefined) {
      this.metrics.count('cache', cached);
      return cached;
    }
    const user = await this.reader.read(claims.sub);
    const verdict = decide(user, claims);
    this.metrics.count('database', verdict);
    if ('refusal' in verdict && verdict.refusal === 'revoked') await this.remember(claims);
    return verdict;
  }

  /** One round trip. */
  private async askCache(claims: AccessClaims): Promise<Verdict | undefined> {
    if (!this.trust.isTrusted) return undefined;
    try {
      const [revocation, entry] = await this.store.getAll([
        this.blacklist.keyOf(claims.jti),
        this.users.keyOf(claims.sub),
      ]);
      if (revocation !== undefined) return { refusal: 'revoked' };
      const user = this.users.userIn(entry);
      if (user?.is_active && user.sessions.includes(claims.sid))
        return { principal: principalOf(user, claims) };
      return undefined;
    } catch (error) {
      if (error instanceof CacheUnavailableError) return undefined;
      throw error;
    }
  }

  /** A session that has ended never goes on, so its token may be refused by the cache from now on. */
  private async remember({ jti, exp }: AccessClaims): Promise<void> {
    if (this.trust.isTrusted) await ignoreOutage(this.blacklist.add(jti, exp));
  }
}

/** The order of policy: revoked? live session? active user? */
function decide(user: CachedUser | undefined, claims: AccessClaims): Verdict {
  if (user === undefined || !user.sessions.includes(claims.sid)) return { refusal: 'revoked' };
  if (!user.is_active) return { refusal: 'inactive' };
  return { principal: principalOf(user, claims) };
}

function principalOf(user: CachedUser, { sid, jti, exp }: AccessClaims): Principal {
  const { id, email, full_name, role, is_active, created_at, updated_at } = user;
  return {
    id,
    email,
    full_name,
    role,
    is_active,
    created_at,
    updated_at,
    sessionId: sid,
    tokenId: jti,
    tokenExpiresAt: exp,
  };
}
