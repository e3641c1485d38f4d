import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { TrustedCache } from './trusted-cache.js';

export const BLACKLIST_PREFIX = 'blacklist:';

/**
 * Revoked tokens by their `jti`, until they would have expired anyway: a quick *no*. A token that is not on the list is not
 * valid for that reason, and losing the list makes no token valid again: the session's state in PostgreSQL decides.
 */
@Injectable()
export class BlacklistService {
  constructor(
    private readonly cache: TrustedCache,
    private readonly clock: DatabaseClock,
  ) {}

  /** Whether the cache knows the token to be revoked. `false` means nothing. */
  async isRevoked(tokenId: string): Promise<boolean> {
    return (await this.cache.get(BLACKLIST_PREFIX + tokenId)) !== undefined;
  }

  /**
   * Adds a revoked token while the cache can be written. A token that is not added costs a query for each refusal.
   * @param expiresAt the token's `exp`, seconds since the epoch; a token that has expired is not added
   */
  async add(tokenId: string, expiresAt: number): Promise<void> {
    await this.cache.set(BLACKLIST_PREFIX + tokenId, 1, expiresAt * 1000 - this.clock.now());
  }
}
