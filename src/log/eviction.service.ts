import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { UserCacheService } from '../cache/user-cache.service.js';
import { ACCEPTANCE_ENDED_MS } from '../common/acceptance.js';
import { CacheUnavailableError, ignoreOutage } from '../redis/cache-unavailable.error.js';
import { type Change, endsEverybody, usersOf } from './change-feed.js';
import { ChangePublisher } from './change-publisher.js';
import { InstanceStores } from './instance-stores.js';

const RETRY_MS = 100;

/** Takes out of the cache what committed changes have made wrong. */
@Injectable()
export class EvictionService {
  constructor(
    private readonly users: UserCacheService,
    private readonly publisher: ChangePublisher,
    private readonly stores: InstanceStores,
  ) {}

  /**
   * To be awaited between the commit of a change and its answer: from then on no instance accepts the old state. Where the entries
   * cannot be deleted, it resolves 1.1 s after the commit: by then no instance accepts an entry without having read the change. So
   * it does for the end of everybody's sessions, or when all entries are deleted, whichever is later.
   */
  async evictBeforeAnswer(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.publisher.committed(changes);
    await (changes.some(endsEverybody) ? this.evictEverybody() : this.evictOrWait(usersOf(changes)));
    this.publisher.settled(changes);
  }

  /**
   * The same for what instances keep in their own memory. Nobody else can delete that, so it resolves 1.1 s after the commit: by then
   * no instance accepts it without having read the change.
   */
  async waitOutMemories(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.publisher.committed(changes);
    await pause(ACCEPTANCE_ENDED_MS);
    this.publisher.settled(changes);
  }

  /** As {@link evictBeforeAnswer}, for a change that another request committed: its entries may not be deleted yet. */
  async evictOrWait(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    const beganAt = performance.now();
    while (!(await this.tryEvict(userIds)) && performance.now() - beganAt < ACCEPTANCE_ENDED_MS)
      await pause(RETRY_MS);
  }

  /** Deletes entries. A failure is not lost: it ends the trust in the cache until the next replay. */
  async evict(userIds: readonly string[]): Promise<void> {
    await this.users.evict(userIds).catch(ignoreOutage);
  }

  /**
   * An instance that has read the change accepts no earlier entry, wherever it is. One that has lost PostgreSQL, and so reads no change,
   * finds none in Redis.
   */
  private async evictEverybody(): Promise<void> {
    await Promise.all([pause(ACCEPTANCE_ENDED_MS), this.users.evictAll().catch(ignoreOutage)]);
  }

  /**
   * @returns whether the entries are deleted, and nobody takes entries from another store. Who names a store after the commit of the change
   *   replays the change into it.
   */
  private async tryEvict(userIds: readonly string[]): Promise<boolean> {
    const { store } = this.stores;
    const [isEvicted, isOnly] = await Promise.all([this.delete(userIds), this.stores.isOnly(store)]);
    return isEvicted && isOnly && this.stores.isOwn(store);
  }

  /** @returns whether the entries are deleted from the store of this instance */
  private async delete(userIds: readonly string[]): Promise<boolean> {
    try {
      await this.users.evict(userIds);
      return true;
    } catch (error) {
      if (error instanceof CacheUnavailableError) return false;
      throw error;
    }
  }
}
