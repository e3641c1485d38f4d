import type { ClientBase } from 'pg';
import { CacheTrust } from '../cache/cache-trust.js';
import { ACCEPTANCE_ENDED_MS } from '../cache/following.js';
import { UserCacheService } from '../cache/user-cache.service.js';

/** Any number, the same on every instance. */
const LOCK_ID = 2_718_281_828;

/**
 * Without Redis, entries are in the memory of one process, and what another process revokes would reach it too late. So
 * the in-memory store is trusted only while this process holds the database's advisory lock; a second instance without
 * Redis gets no lock, and asks PostgreSQL each time.
 */
export class SingleInstanceLock {
  private heldSince: number | undefined;

  constructor(
    private readonly users: UserCacheService,
    private readonly trust: CacheTrust,
  ) {}

  /** Whether no other instance accepts entries of its memory. */
  get isHeld(): boolean {
    return this.heldSince !== undefined && this.trust.isTrusted;
  }

  /**
   * Takes the lock on the connection that lives as long as the claim; to be called with each read of the log. The instance that held
   * the lock before may not know yet that it has lost it, so the memory is used only once that one accepts nothing any more.
   */
  async tryAcquire(client: ClientBase): Promise<void> {
    if (this.trust.isStoreTrusted) return;
    if (this.heldSince === undefined && !(await this.takeLock(client))) return;
    if (performance.now() - (this.heldSince ?? Infinity) < ACCEPTANCE_ENDED_MS) return;
    await this.users.clear();
    this.trust.change('trusted');
  }

  /** The embedded database belongs to one process, so its memory is the only cache there is. */
  holdForEver(): void {
    this.heldSince = performance.now();
    this.trust.change('trusted');
  }

  private async takeLock(client: ClientBase): Promise<boolean> {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      LOCK_ID,
    ]);
    const isHeld = rows[0]?.held === true;
    if (isHeld) this.heldSince = performance.now();
    else
      this.trust.change(
        'down',
        'another instance uses this database, and without REDIS_URL they share no cache',
      );
    return isHeld;
  }

  /** The connection is lost, and with it the lock. */
  release(): void {
    if (this.heldSince === undefined) return;
    this.heldSince = undefined;
    this.trust.change('down', 'the connection that proves this to be the only instance is lost');
  }
}
