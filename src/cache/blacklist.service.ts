import { Inject, Injectable } from '@nestjs/common';
import { CACHE_STORE, type CacheStore } from './cache-store.js';

export const BLACKLIST_PREFIX = 'blacklist:';

/**
 * Revoked tokens by their `jti`, until they would have expired anyway: a quick *no*. A token that is not on it is not
 * thereby valid, and losing the list revives no token: the session's liveness decides.
 */
@Injectable()
export class BlacklistService {
  constructor(@Inject(CACHE_STORE) private readonly store: CacheStore) {}

  /** The entry that is there when the token is revoked. */
  keyOf(tokenId: string): string {
    return BLACKLIST_PREFIX + tokenId;
  }

  /**
   * @param expiresAt the token's `exp`, seconds since the epoch; one that has passed writes nothing
   * @throws CacheUnavailableError when it could not be written
   */
  async add(tokenId: string, expiresAt: number): Promise<void> {
    const lifeMs = expiresAt * 1000 - Date.now();
    if (lifeMs > 0) await this.store.set(this.keyOf(tokenId), 1, lifeMs);
  }
}
