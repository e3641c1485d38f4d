import { setTimeout as pause } from 'node:timers/promises';
import type { RedisEndpoint, RedisTarget } from '../../config/redis-url.js';
import { Readiness, type ReadinessState } from '../readiness.js';
import { CacheUnavailableError } from '../cache-unavailable.error.js';
import { type ClusterRedirect, deleteEach, redirectOf } from './cluster-redirect.js';
import { type ClusterMaster, parseClusterSlots, slotOf, tagOf } from './cluster-slots.js';
import { ACCEPTANCE_ENDED_MS } from '../../common/acceptance.js';
import { RedisClock, type ServerTime } from '../redis-clock.js';
import { type RedisClient, RedisConnection, type RedisLink } from '../redis-connection.js';
import type { RedisHooks, RedisShard } from '../redis-servers.js';
import type { SlotTable } from './slot-table.js';

/**
 * How long a slot that another master had is not read: twice the heartbeat. Until then every instance that reaches both masters has
 * left the former one, so no instance reads there what is deleted here.
 */
const TAKEOVER_MS = 1000;
const DELETE_BATCH = 500;
const OWN_KEY_ATTEMPTS = 3;

/** What the shards of a cluster have in common. */
export interface ClusterContext {
  readonly target: RedisTarget;
  readonly deadlineMs: number;
  readonly table: SlotTable<RedisClusterShard>;
  readonly hooks: RedisHooks;
  /** The shard's state or what it knows of the cluster has changed. */
  changed(): void;
  shardAt(endpoint: RedisEndpoint): RedisClusterShard | undefined;
}

/** One master of a cluster: a connection of its own, with its own breaker, and the slots that the master says it has. */
export class RedisClusterShard implements RedisShard {
  readonly connection: RedisConnection;
  readonly readiness: Readiness;
  readonly clock = new RedisClock();
  /** Which masters there are, as this one knows it; `undefined` while it is not connected. */
  view: readonly ClusterMaster[] | undefined;
  /** Slots whose keys are on their way to another master. */
  private readonly moving = new Set<number>();
  private proving: Promise<void> | undefined;
  private tookOver = false;
  /** Until then no deletion counts here, `performance.now()`. */
  private countsFrom = -Infinity;

  constructor(
    readonly id: string,
    readonly endpoint: RedisEndpoint,
    private readonly context: ClusterContext,
  ) {
    const { target, deadlineMs } = context;
    this.readiness = new Readiness(`Redis shard ${this.address}`, (state) => this.onReadiness(state));
    this.connection = new RedisConnection({ ...target, endpoints: [endpoint] }, deadlineMs, this.readiness);
  }

  get address(): string {
    return `${this.endpoint.host}:${this.endpoint.port}`;
  }

  start(): Promise<void> {
    return this.connection.start({
      prepare: () => this.prepare(),
      keep: () => this.keep(),
      probe: (client) => this.probe(client),
    });
  }

  async stop(): Promise<void> {
    await this.connection.stop();
    this.context.table.release(this);
  }

  /** Sends a command. An answer that the slot is elsewhere ends the claim. @throws CacheUnavailableError */
  run<T>(send: (link: RedisLink) => Promise<T>): Promise<T> {
    return this.whileClaimed(this.connection.run(send));
  }

  /** Waits for a command, as {@link run} does. */
  async whileClaimed<T>(operation: Promise<T>): Promise<T> {
    return operation.catch((error: unknown) => {
      const redirect = redirectOf(error);
      if (redirect?.kind === 'MOVED') this.lose(redirect.slot);
      throw error;
    });
  }

  async runOwn<T>(name: string, send: (client: RedisClient, key: string) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const slot = this.context.table.firstSlot(this, this.moving);
      if (slot === undefined) throw new CacheUnavailableError('the shard has no slots');
      try {
        return await this.run(({ client }) => send(client, ownKey(name, slot)));
      } catch (error) {
        if (redirectOf(error) === undefined || attempt === OWN_KEY_ATTEMPTS) throw error;
        this.moving.add(slot);
      }
    }
  }

  time(): Promise<ServerTime> {
    return this.connection.time();
  }

  applied(time: ServerTime): void {
    this.clock.applied(time);
  }

  async delete(keys: readonly string[]): Promise<void> {
    const { table } = this.context;
    await this.remove(keys.filter((key) => table.hasClaim(this, slotOf(key))));
  }

  /**
   * Deletes keys, one command for each: a command for several fails while their slot moves. A failure ends the connection, as a stale
   * entry may have stayed.
   * @returns whether all are deleted: not those whose slot another master has meanwhile, nor those that are out of reach
   * @throws CacheUnavailableError
   */
  async remove(keys: readonly string[]): Promise<boolean> {
    let isComplete = true;
    try {
      for (let from = 0; from < keys.length; from += DELETE_BATCH) {
        const batch = keys.slice(from, from + DELETE_BATCH);
        const redirected = await this.connection.run(({ client }) => deleteEach(client, batch));
        for (const [key, redirect] of redirected)
          isComplete = (await this.follow(key, redirect)) && isComplete;
      }
      return isComplete && performance.now() >= this.countsFrom;
    } catch (error) {
      this.connection.drop(`an invalidation failed: ${(error as Error).message}`);
      throw error;
    }
  }

  /** Deletes a key where a redirect says it is. @returns whether it is deleted */
  private async follow(key: string, { kind, slot, endpoint }: ClusterRedirect): Promise<boolean> {
    if (kind === 'MOVED') {
      this.lose(slot);
      return false;
    }
    const { host, port } = endpoint;
    const other = this.context.shardAt({ host: host || this.endpoint.host, port });
    try {
      if (other === undefined) throw new CacheUnavailableError('the master of the key is not known');
      await other.connection.run(({ client }) =>
        Promise.all([client.sendCommand(['ASKING']), client.del(key)]),
      );
      return true;
    } catch {
      this.outdateEntries();
      return false;
    }
  }

  /**
   * An entry that left the shard could not be deleted, and a move that is taken back brings it here again. So no entry that is read from the
   * database by now is accepted any more. Each instance finds that out for itself, when it applies the log. Until all have, a repeated
   * deletion does not count, because it finds nothing here once the slot is closed.
   */
  private outdateEntries(): void {
    this.context.hooks.outdate();
    this.countsFrom = performance.now() + ACCEPTANCE_ENDED_MS;
  }

  /** Entries of the slot are not read here until the master claims it again. */
  private lose(slot: number): void {
    this.context.table.release(this, slot);
    this.context.changed();
  }

  private async prepare(): Promise<void> {
    this.moving.clear();
    await this.refresh();
    await this.prove();
  }

  private async keep(): Promise<void> {
    await this.refresh();
    await this.context.hooks.keep(this);
    if (this.context.table.unproven(this) === undefined) return;
    this.proving ??= this.prove()
      .catch((error: unknown) => this.connection.drop((error as Error).message))
      .finally(() => (this.proving = undefined));
  }

  /** Asks the master which slots it has. */
  private async refresh(): Promise<void> {
    const [id, reply] = await this.connection.run(({ client }) =>
      Promise.all([client.sendCommand(['CLUSTER', 'MYID']), client.sendCommand(['CLUSTER', 'SLOTS'])]),
    );
    if ((id as unknown) !== this.id) throw new Error('another node has the address of the shard');
    this.view = parseClusterSlots(reply, this.endpoint);
    const ranges = this.view.find((master) => master.id === this.id)?.ranges ?? [];
    if (this.context.table.claim(this, ranges)) this.tookOver = true;
    this.context.changed();
  }

  /** Replays the log, so that the claimed slots may be read. What was claimed before is deleted from meanwhile. */
  private async prove(): Promise<void> {
    const { table, hooks } = this.context;
    const round = table.unproven(this);
    const { tookOver } = this;
    this.tookOver = false;
    if (tookOver) await pause(TAKEOVER_MS);
    await hooks.prepare(this);
    if (round !== undefined) table.prove(this, round);
    this.context.changed();
  }

  private async probe(client: RedisClient): Promise<void> {
    const slot = this.context.table.firstSlot(this, this.moving);
    if (slot === undefined) return;
    await client.del(ownKey('ergodrive:write-probe', slot)).catch((error: unknown) => {
      if (redirectOf(error) === undefined) throw error;
    });
  }

  private onReadiness(state: ReadinessState): void {
    if (state === 'down') {
      this.view = undefined;
      this.tookOver = false;
      this.context.table.release(this);
    }
    this.context.changed();
  }
}

const ownKey = (name: string, slot: number): string => `${name}:{${tagOf(slot)}}`;
