import { ConnectionLoop } from '../../common/connection-loop.js';
import type { RedisEndpoint, RedisTarget } from '../../config/redis-url.js';
import type { Readiness } from '../readiness.js';
import { CacheUnavailableError } from '../cache-unavailable.error.js';
import { discoverMasters } from './cluster-discovery.js';
import { type ClusterMaster, slotOf } from './cluster-slots.js';
import { type ClusterContext, RedisClusterShard } from './redis-cluster-shard.js';
import type { RedisLink } from '../redis-connection.js';
import { type RedisHooks, RedisServers } from '../redis-servers.js';
import { SlotTable } from './slot-table.js';

const DISCOVERY_INTERVAL_MS = 500;
const DISCOVERY_TIMEOUT_MS = 1000;
/** So many masters name the cluster, so that the name of a large one is as short. */
const STORE_IDS = 8;

/**
 * The masters of a Redis Cluster, each with a connection of its own: one that is lost, frozen or replaced ends the trust in its slots
 * only. Each master is asked twice a second which slots it has; while none is connected, the nodes of `REDIS_URL` are asked.
 */
export class RedisCluster extends RedisServers {
  private readonly table = new SlotTable<RedisClusterShard>();
  private readonly known = new Map<string, RedisClusterShard>();
  private readonly loop = new ConnectionLoop(() => this.discover(), DISCOVERY_INTERVAL_MS);
  private context: ClusterContext | undefined;
  private isStopped = false;
  private failure = 'not connected yet';
  private endFirstAttempt: () => void = () => undefined;
  private readonly firstAttempt = new Promise<void>((resolve) => (this.endFirstAttempt = resolve));

  /** @param readiness of all shards together: `trusted` while one shard is */
  constructor(
    private readonly target: RedisTarget,
    private readonly deadlineMs: number,
    private readonly readiness: Readiness,
  ) {
    super();
  }

  get shards(): readonly RedisClusterShard[] {
    return [...this.known.values()];
  }

  /** Ids of masters, the least ones, with commas between them. A failover replaces one. */
  get storeId(): string | undefined {
    const ids = this.shards.flatMap(({ view }) => (view ?? []).map(({ id }) => id));
    return [...new Set(ids)].sort().slice(0, STORE_IDS).join(',') || undefined;
  }

  start(hooks: RedisHooks): Promise<void> {
    const { target, deadlineMs, table } = this;
    this.context ??= {
      target,
      deadlineMs,
      table,
      hooks,
      changed: () => this.update(),
      shardAt: (endpoint) => this.shards.find((shard) => isSame(shard.endpoint, endpoint)),
    };
    this.loop.start();
    return this.firstAttempt;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.loop.stop(), ...this.shards.map((shard) => shard.stop())]);
  }

  drop(reason: string): void {
    for (const { connection } of this.shards) connection.drop(reason);
  }

  async runFor<T>(key: string, send: (link: RedisLink) => Promise<T>): Promise<T> {
    return this.reader(slotOf(key)).run(send);
  }

  /** The master from which entries of the slot are read. @throws CacheUnavailableError while there is none */
  reader(slot: number): RedisClusterShard {
    const shard = this.table.reader(slot);
    if (shard === undefined) throw new CacheUnavailableError('the shard of the key is not used now');
    return shard;
  }

  /** Whether {@link reader} answers. */
  isRead(slot: number): boolean {
    return this.table.reader(slot) !== undefined;
  }

  /** Every master that says it has the slot. */
  claimants(slot: number): readonly RedisClusterShard[] {
    return this.table.claimants(slot);
  }

  private async discover(): Promise<void> {
    if (this.shards.every(({ view }) => view === undefined)) {
      try {
        const nodes = [...this.shards.map(({ endpoint }) => endpoint), ...this.target.endpoints];
        const masters = await discoverMasters(this.target, nodes, DISCOVERY_TIMEOUT_MS);
        await Promise.all(masters.map((master) => this.add(master)));
      } catch (error) {
        this.failure = (error as Error).message;
        this.update();
      }
      this.endFirstAttempt();
    }
  }

  /** Connects to a master. @returns when the first attempt has ended */
  private async add({ id, endpoint }: ClusterMaster): Promise<void> {
    const old = this.known.get(id);
    if (this.isStopped || this.context === undefined) return;
    if (old !== undefined && (old.view !== undefined || isSame(old.endpoint, endpoint))) return;
    const shard = new RedisClusterShard(id, endpoint, this.context);
    this.known.set(id, shard);
    void old?.stop();
    await shard.start();
  }

  /** Follows what the connected masters know of the cluster, and says for all shards together whether entries are accepted. */
  private update(): void {
    if (this.isStopped) return;
    const views = this.shards.flatMap(({ view }) => (view === undefined ? [] : [view]));
    const masters = new Map(views.flat().map((master) => [master.id, master]));
    for (const master of masters.values()) void this.add(master);
    for (const shard of this.shards)
      if (views.length > 0 && !masters.has(shard.id)) {
        this.known.delete(shard.id);
        void shard.stop();
      }
    this.readiness.change(this.state(), this.reason());
  }

  private state() {
    const states = this.shards.map(({ readiness }) => readiness.state);
    return (['trusted', 'replaying'] as const).find((state) => states.includes(state)) ?? 'down';
  }

  private reason(): string {
    if (this.table.isComplete) return '';
    const lost = this.shards.filter(({ readiness }) => !readiness.isReady);
    const reasons = lost.map(({ address, readiness }) => `${address}: ${readiness.reason}`);
    if (reasons.length > 0) return `not every shard is used (${reasons.join('; ')})`;
    return this.shards.length > 0 ? 'not every slot has a master' : this.failure;
  }
}

const isSame = (one: RedisEndpoint, other: RedisEndpoint): boolean =>
  one.host === other.host && one.port === other.port;
