import { randomUUID } from 'node:crypto';
import type { CacheServerInfo, CacheStore, Lease } from './cache-store.js';
import { CacheUnavailableError } from '../redis/cache-unavailable.error.js';
import type { Permit } from '../standing/permit.js';
import { deleteKeys } from '../redis/delete-keys.js';
import { entryOf, leaseKey, withLeases } from './entry-keys.js';
import { ReadBatch } from './read-batch.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { infoField } from '../redis/redis-version.js';

/** Writes the entry only while the lease that the reader took still stands, and uses the lease up. */
const FILL_SCRIPT = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`;
const SCAN_BATCH = 1000;
/** Keys that a count looks at; where there are more it extrapolates. */
const MOST_COUNTED = 10_000;

/** Cache entries on Redis, through cache-manager where it suffices and by atomic commands where it does not. */
export class RedisCacheStore implements CacheStore {
  private readonly reads = new ReadBatch(({ isLimited }) => {
    const run = this.onThisLink();
    return async (keys) => {
      const { permitKey } = this.connection;
      const [permit, ...values] = await run(({ cache }) => cache.store.mget(permitKey, ...keys));
      return permit !== undefined || !isLimited ? values : [];
    };
  });

  constructor(private readonly connection: RedisConnection) {}

  get(key: string, permit: Permit): Promise<unknown> {
    return this.reads.read(key, permit);
  }

  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    await this.connection.run(({ cache }) => cache.set(key, value, Math.ceil(ttlMs)));
  }

  /** The lease names its connection: a fill never lands on another server than the one that was asked. */
  async lease(key: string, ttlMs: number): Promise<Lease> {
    return this.connection.run(async ({ client, epoch }) => {
      const lease = `${epoch}:${randomUUID()}`;
      await client.set(leaseKey(key), lease, { PX: ttlMs });
      return lease;
    });
  }

  async fill(key: string, lease: Lease, value: unknown, ttlMs: number): Promise<boolean> {
    return this.connection.run(async ({ client, epoch }) => {
      if (!lease.startsWith(`${epoch}:`)) return false;
      const reply = await client.eval(FILL_SCRIPT, {
        keys: [key, leaseKey(key)],
        arguments: [lease, JSON.stringify(value), String(Math.ceil(ttlMs))],
      });
      return reply === 1;
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    await deleteKeys(this.connection, withLeases(keys));
  }

  /** SCAN visits keys in the order of their hashes, so the first ones are a fair sample of all. */
  async count(prefixes: readonly string[]): Promise<number[]> {
    const counts = prefixes.map(() => 0);
    let visited = 0;
    const isComplete = await this.walk((key) => {
      visited += 1;
      const index = prefixes.findIndex((prefix) => key.startsWith(prefix));
      if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
      return visited < MOST_COUNTED;
    });
    if (isComplete) return counts;
    const total = await this.connection.run(({ client }) => client.dbSize());
    return counts.map((count) => Math.round((count * total) / visited));
  }

  async clear(prefixes: readonly string[]): Promise<number> {
    const found = new Set<string>();
    let entries = 0;
    await this.walk((key) => {
      const entry = entryOf(key);
      if (!prefixes.some((prefix) => entry.startsWith(prefix))) return true;
      found.add(entry);
      if (entry === key) entries += 1;
      return true;
    });
    await this.delete([...found]);
    return entries;
  }

  async info(): Promise<CacheServerInfo> {
    const text = await this.connection.run(({ client }) => client.info());
    const field = (name: string) => infoField(text, name);
    return {
      redis_version: field('redis_version') ?? 'unknown',
      server_name: field('server_name'),
      valkey_version: field('valkey_version'),
      uptime_seconds: Number(field('uptime_in_seconds') ?? 0),
      memory_used: field('used_memory_human') ?? 'unknown',
      memory_used_bytes: Number(field('used_memory') ?? 0),
      maxmemory_policy: field('maxmemory_policy'),
      maxmemory_bytes: Number(field('maxmemory') ?? 0),
    };
  }

  /**
   * SCAN, never KEYS: the server goes on serving between the steps.
   * @param visit answers whether to go on
   * @returns whether every key was visited
   */
  private async walk(visit: (key: string) => boolean): Promise<boolean> {
    let cursor = '0';
    const run = this.onThisLink();
    do {
      const page = await run(({ client }) => client.scan(cursor, { COUNT: SCAN_BATCH }));
      if (!page.keys.every(visit)) return false;
      cursor = page.cursor;
    } while (cursor !== '0');
    return true;
  }

  /** Runs what follows on the connection of this moment or not at all: another may not be trusted yet. */
  private onThisLink(): RedisConnection['run'] {
    const { currentEpoch } = this.connection;
    return (send) =>
      this.connection.run((link) => {
        if (link.epoch !== currentEpoch) throw new CacheUnavailableError('the connection was replaced');
        return send(link);
      });
  }
}
