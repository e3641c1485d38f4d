import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import type { Permit } from '../standing/permit.js';
import { BLACKLIST_PREFIX } from './entry-keys.js';
import { TrustedCache } from './trusted-cache.js';

/**
 * Revoked tokens by their `jti`, until they would have expired anyway: a quick *no*. A token that is not on the list is not
 * valid for that reason, and losing the list makes no token valid again: the session's state in PostgreSQL decides.
 *
 * An entry holds the history in which the session had ended, and counts only while that one is followed: a failover may lose the end of
 * the session.
 */
@Injectable()
export class BlacklistService {
  constructor(
    private readonly cache: TrustedCache,
    private readonly clock: DatabaseClock,
  ) {}

  /** Whether the cache knows the token to be revoked. `false` means nothing. */
  async isRevoked(tokenId: string, permit: Permit): Promise<boolean> {
    const history = await this.cache.get(BLACKLIST_PREFIX + tokenId, permit);
    return history !== undefined && history === permit.history;
  }

  /**
   * Adds a revoked token while the cache can be written, and does not wait for it. A token that is not added costs a query for each
   * refusal.
   * @param expiresAt the token's `exp`, seconds since the epoch; a token that has expired is not added
   * @param history in which the session has ended: that of the read, or the one that was followed before the change. The one that is
   *   followed now may lack it. Without a history nothing is added.
   */
  add(tokenId: string, expiresAt: number, history: string | undefined): void {
    if (history === undefined) return;
    this.cache.set(BLACKLIST_PREFIX + tokenId, history, expiresAt * 1000 - this.clock.now());
  }
}
