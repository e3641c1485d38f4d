import { Injectable } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { AppConfig } from '../config/app-config.js';
import { CacheTrust } from './cache-trust.js';
import { UserCacheService } from './user-cache.service.js';

/** Any number, the same on every instance. */
const SOLE_INSTANCE_LOCK = 2_718_281_828;

/**
 * Without Redis, entries are in the memory of one process, and what another process revokes would reach it too late. So
 * the in-memory store is trusted only while this process holds the database's advisory lock; a second instance without
 * Redis gets no lock, and asks PostgreSQL each time.
 */
@Injectable()
export class SoleInstanceClaim {
  private held = false;

  constructor(
    private readonly users: UserCacheService,
    private readonly trust: CacheTrust,
    private readonly config: AppConfig,
  ) {}

  /** Takes the lock on the connection that lives as long as the claim. */
  async renew(client: ClientBase): Promise<void> {
    if (this.config.cache.redis !== undefined || this.held) return;
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      SOLE_INSTANCE_LOCK,
    ]);
    this.held = rows[0]?.held === true;
    if (this.held) {
      await this.users.clear();
      this.trust.change('trusted');
    } else {
      this.trust.change(
        'down',
        'another instance uses this database, and without REDIS_URL they share no cache',
      );
    }
  }

  /** The connection is lost, and with it the lock. */
  release(): void {
    if (!this.held) return;
    this.held = false;
    this.trust.change('down', 'the connection that proves this to be the only instance is lost');
  }
}
