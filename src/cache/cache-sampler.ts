import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { adviseOnEviction } from './eviction-advice.js';
import { CACHE_STORE, type CacheServerInfo, type CacheStore } from './cache-store.js';
import type { ReadinessState } from '../redis/readiness.js';
import { CacheStatus } from './cache-status.js';
import { ignoreOutage } from '../redis/cache-unavailable.error.js';
import { BLACKLIST_PREFIX, USER_PREFIX } from './entry-keys.js';

const INTERVAL_MS = 2000;

export interface CacheStats {
  status: 'available' | 'unavailable';
  trust: ReadinessState;
  reason?: string;
  cached_users: number;
  blacklisted_tokens: number;
  memory_used: string;
  /** When the entries were counted; they are counted in the background. */
  counted_at: string | null;
}

/** What was sampled last. */
export interface CacheSample {
  readonly cachedUsers: number;
  readonly blacklistedTokens: number;
  readonly server: CacheServerInfo | undefined;
}

/** Counts cache entries in the background, so that nobody who asks for the numbers waits for it. */
@Injectable()
export class CacheSampler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Cache');
  private timer: NodeJS.Timeout | undefined;
  private counts = { cached_users: 0, blacklisted_tokens: 0 };
  private countedAt: Date | undefined;
  private lastSample: CacheSample | undefined;

  constructor(
    @Inject(CACHE_STORE) private readonly store: CacheStore,
    private readonly state: CacheStatus,
  ) {}

  onApplicationBootstrap(): void {
    void this.warnOfEviction();
    this.schedule(0);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  async stats(): Promise<CacheStats> {
    const info = await this.info();
    return {
      status: this.state.isAvailable ? 'available' : 'unavailable',
      trust: this.state.state,
      ...(this.state.isComplete ? {} : { reason: this.state.reason }),
      ...this.counts,
      memory_used: info?.memory_used ?? 'unknown',
      counted_at: this.countedAt?.toISOString() ?? null,
    };
  }

  /** Of the last seconds; `undefined` while the store is out of reach. */
  get latest(): CacheSample | undefined {
    return this.lastSample;
  }

  /** What the server says of itself; `undefined` while it is out of reach. */
  async info(): Promise<CacheServerInfo | undefined> {
    return this.store.info().catch(ignoreOutage);
  }

  private async warnOfEviction(): Promise<void> {
    const info = await this.info();
    const advice = info && adviseOnEviction(info);
    if (advice !== undefined) this.logger.warn(advice);
  }

  private async sample(): Promise<void> {
    const [counts, server] = await Promise.all([
      this.store.count([USER_PREFIX, BLACKLIST_PREFIX]).catch(ignoreOutage),
      this.info(),
    ]);
    this.lastSample = undefined;
    if (counts !== undefined) {
      const [users = 0, tokens = 0] = counts;
      this.counts = { cached_users: users, blacklisted_tokens: tokens };
      this.countedAt = new Date();
      this.lastSample = { cachedUsers: users, blacklistedTokens: tokens, server };
    }
    if (this.timer) this.schedule(INTERVAL_MS);
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => void this.sample(), delayMs).unref();
  }
}
