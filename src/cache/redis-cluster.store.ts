import { adviseOnEviction } from './eviction-advice.js';
import type { Permit } from '../standing/permit.js';
import type { CacheServerInfo, CacheStore, Lease } from './cache-store.js';
import { CacheUnavailableError, ignoreOutage } from '../redis/cache-unavailable.error.js';
import { slotOf } from '../redis/cluster/cluster-slots.js';
import { leaseKey } from './entry-keys.js';
import type { RedisCluster } from '../redis/cluster/redis-cluster.js';
import type { RedisClusterShard } from '../redis/cluster/redis-cluster-shard.js';
import { ShardCacheStore } from './shard-cache.store.js';

const UNITS = ['B', 'K', 'M', 'G'];

/** A value as a master keeps it. */
interface StoredValue {
  /** The id of the master on which it was written. */
  readonly node: string;
  readonly value: unknown;
}

/**
 * Cache entries on the shards of a Redis Cluster. A shard that is not used fails the calls about its keys, and no others.
 *
 * An entry counts only on the master on which it was written. One that left it while a slot was moved may have missed deletions, and it
 * may come back to another master: by hand, or because a replica took over that does not know of the move.
 */
export class RedisClusterStore implements CacheStore {
  private readonly stores = new WeakMap<RedisClusterShard, ShardCacheStore>();

  constructor(private readonly cluster: RedisCluster) {}

  /** The slot may move meanwhile, so the same master must have it before the read and after it. */
  async get(key: string, permit: Permit): Promise<unknown> {
    const slot = slotOf(key);
    const shard = this.cluster.reader(slot);
    const stored = (await this.storeOf(shard).get(key, permit)) as StoredValue | undefined;
    if (this.cluster.reader(slot) !== shard) throw new CacheUnavailableError('the slot of the key was moved');
    return stored?.node === shard.id ? stored.value : undefined;
  }

  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    const shard = this.cluster.reader(slotOf(key));
    await shard.whileClaimed(this.storeOf(shard).set(key, storedOn(shard, value), ttlMs));
  }

  /** The lease names its shard: a fill never lands on another one. */
  async lease(key: string, ttlMs: number): Promise<Lease> {
    const shard = this.cluster.reader(slotOf(key));
    return `${shard.id}:${await shard.whileClaimed(this.storeOf(shard).lease(key, ttlMs))}`;
  }

  async fill(key: string, lease: Lease, value: unknown, ttlMs: number): Promise<boolean> {
    const shard = this.cluster.reader(slotOf(key));
    const prefix = `${shard.id}:`;
    if (!lease.startsWith(prefix)) return false;
    const stored = storedOn(shard, value);
    return shard.whileClaimed(this.storeOf(shard).fill(key, lease.slice(prefix.length), stored, ttlMs));
  }

  /**
   * Deletes on every master that says it has the slot. It counts only where this instance reads entries: elsewhere another
   * instance may read from a master that is not known here.
   */
  async delete(keys: readonly string[]): Promise<void> {
    const batches = new Map<RedisClusterShard, string[]>();
    for (const key of keys)
      for (const shard of this.cluster.claimants(slotOf(key))) {
        const batch = batches.get(shard) ?? [];
        batches.set(shard, batch);
        batch.push(leaseKey(key), key);
      }
    const isRead = keys.map((key) => this.cluster.isRead(slotOf(key)));
    const removals = await Promise.allSettled([...batches].map(([shard, names]) => shard.remove(names)));
    for (const removal of removals) {
      if (removal.status === 'rejected') throw removal.reason;
      if (!removal.value) throw new CacheUnavailableError('the slot of a key was moved');
    }
    if (isRead.includes(false)) throw new CacheUnavailableError('the shard of a key is not used now');
  }

  /** Entries of shards that are not used are not counted. */
  async count(prefixes: readonly string[]): Promise<number[]> {
    const counts = await this.ask((shard) => this.storeOf(shard).count(prefixes));
    return prefixes.map((_, index) => sum(counts.map((each) => each[index] ?? 0)));
  }

  /** @throws CacheUnavailableError when a shard is out of reach: its entries stay */
  async clear(prefixes: readonly string[]): Promise<number> {
    const { shards } = this.cluster;
    if (shards.length === 0) throw new CacheUnavailableError('no connection to Redis');
    return sum(await Promise.all(shards.map((shard) => this.storeOf(shard).clear(prefixes))));
  }

  /** Sums for the shards that answer; the version of each, the shortest time since a start, and the least suitable eviction policy. */
  async info(): Promise<CacheServerInfo> {
    const infos = await this.ask((shard) => this.storeOf(shard).info());
    const bytes = sum(infos.map(({ memory_used_bytes = 0 }) => memory_used_bytes));
    const limits = infos.find((info) => adviseOnEviction(info) !== undefined) ?? infos[0];
    return {
      redis_version: distinct(infos.map(({ redis_version }) => redis_version)),
      server_name: distinct(infos.map(({ server_name }) => server_name)),
      valkey_version: distinct(infos.map(({ valkey_version }) => valkey_version)),
      uptime_seconds: Math.min(...infos.map(({ uptime_seconds = 0 }) => uptime_seconds)),
      memory_used: readable(bytes),
      memory_used_bytes: bytes,
      maxmemory_policy: limits?.maxmemory_policy,
      maxmemory_bytes: limits?.maxmemory_bytes,
    };
  }

  private storeOf(shard: RedisClusterShard): ShardCacheStore {
    let store = this.stores.get(shard);
    if (store === undefined) this.stores.set(shard, (store = new ShardCacheStore(shard)));
    return store;
  }

  /** The answers of the shards that answer. @throws CacheUnavailableError when none does */
  private async ask<T>(question: (shard: RedisClusterShard) => Promise<T>): Promise<T[]> {
    const answers = await Promise.all(
      this.cluster.shards.map((shard) => question(shard).catch(ignoreOutage)),
    );
    const given = answers.filter((answer) => answer !== undefined);
    if (given.length === 0) throw new CacheUnavailableError('no shard of the cluster answers');
    return given;
  }
}

const storedOn = ({ id }: RedisClusterShard, value: unknown): StoredValue => ({ node: id, value });

/** `undefined` when no shard states one. */
function distinct(texts: readonly (string | undefined)[]): string | undefined {
  const stated = texts.filter((text) => text !== undefined);
  return stated.length === 0 ? undefined : [...new Set(stated)].sort().join(', ');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** As Redis writes it. */
function readable(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)}${UNITS[power]}`;
}
