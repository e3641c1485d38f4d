import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { Readiness } from '../redis/readiness.js';
import { Standing } from '../standing/standing.js';
import { RedisServers } from '../redis/redis-servers.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { Stopwatch } from '../common/stopwatch.js';
import { Database } from '../database/database.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { runAlone } from '../database/run-alone.js';
import { LOG_CHANNEL } from './invalidation-log.js';

const BEAT_MS = 1000;
/** Entries are accepted by reads of the log that began until then after a beat. */
const BEAT_COUNTS_MS = 1500;
/** An instance without a beat for as long accepts no entries any more: it is longer than a beat and the acceptance after it together. */
const SILENT_MS = 3000;
/** So many readings must show the same beat: after a stall of PostgreSQL the first one shows nothing. */
const SILENT_READINGS = 3;
const GOODBYE_MS = 500;
/** The instance takes no entries from any store. */
const NO_STORE = 'none';

/** Also wakes the other instances, which look at the stores then. A crash that loses the row ends the history too. */
const ANNOUNCE: HotStatement = {
  name: 'announce_store',
  text: `
  WITH own AS (
    INSERT INTO instance_stores (instance_id, store) VALUES ($1, $2)
    ON CONFLICT (instance_id) DO UPDATE SET store = excluded.store, beat = instance_stores.beat + 1
    RETURNING instance_id, store, beat
  )
  SELECT own.*, pg_notify('${LOG_CHANNEL}', '') FROM own`,
};
/** No commit waits for the disk. */
const BEAT: HotStatement = {
  name: 'beat_store',
  text: `
  UPDATE instance_stores SET store = $2, beat = beat + 1
  WHERE instance_id = $1 AND set_config('synchronous_commit', 'off', true) IS NOT NULL
  RETURNING instance_id, store, beat`,
};
const ALL_STORES: HotStatement = {
  name: 'instance_stores',
  text: 'SELECT instance_id, store, beat FROM instance_stores',
};
const REMOVE: HotStatement = {
  name: 'remove_store',
  text: 'DELETE FROM instance_stores WHERE instance_id = $1 AND ($2::bigint IS NULL OR beat = $2)',
};

interface StoreRow {
  readonly instance_id: string;
  readonly store: string;
  readonly beat: string;
}

/** Runs a statement and answers its rows. */
export type RunStatement = (statement: HotStatement, values: readonly unknown[]) => Promise<unknown[]>;

/** Since when a beat of another instance is known. */
interface Sighting {
  readonly beat: string;
  readonly since: Stopwatch;
  readings: number;
}

/**
 * Which store each instance takes its cache entries from: one Redis, another one, or its own memory. Nobody deletes from a store that it
 * does not know, so an instance that sees another store than its own trusts none, and each change waits until no instance accepts an
 * entry without having read it. An instance names its store before it replays the log into it. So a change that does not see the name
 * was committed before, and is in the replay.
 */
@Injectable()
export class InstanceStores {
  private readonly instanceId = randomUUID();
  private readonly sightings = new Map<string, Sighting>();
  /** What the row of this instance says; `undefined` for unknown. */
  private named: string | undefined;
  private lastBeat: Stopwatch | undefined;
  private writing: Promise<unknown> = Promise.resolve();
  private hasLeft = false;
  private hasRival = false;

  constructor(
    private readonly database: Database,
    private readonly statements: HotStatements,
    private readonly readiness: Readiness,
    private readonly standing: Standing,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
  ) {}

  /**
   * Names the store of this moment, unless it is named. To be called before the log is replayed into a store, and before it is trusted.
   * @param run runs a statement on the followed server; by default on the pool
   */
  async announce(run: RunStatement = this.onPool): Promise<void> {
    if (this.database.isEmbedded) return;
    await this.inTurn(async () => {
      if (this.hasLeft || this.named === this.store) return;
      await this.write(ANNOUNCE, run);
      await this.look(run);
    });
  }

  /** The log was replayed: without Redis, the memory of this instance is up to date. */
  trustMemory(): void {
    if (this.redis === undefined) this.readiness.change('trusted');
  }

  /** The log is not read any more. What is known of the row of this instance may be lost with the connection, and nobody deletes from its memory. */
  forget(): void {
    this.named = undefined;
    if (this.redis === undefined)
      this.readiness.change('down', 'a cache in memory is used only while the invalidation log is read');
  }

  /**
   * Beats when it is time to, and looks at the other instances.
   * @returns until when reads of the log may have begun that let entries be accepted, as `performance.now()`
   * @throws Error when others took this instance for ended, so that they may have changed something without waiting for it
   */
  async keep(run: RunStatement): Promise<number> {
    const isDue = this.lastBeat === undefined || this.lastBeat.elapsedMs >= BEAT_MS || this.hasRival;
    if (isDue)
      await this.inTurn(async () => {
        if (!this.hasLeft && !(await this.write(BEAT, run)))
          throw new Error('the other instances took this one for ended');
        await this.look(run);
      });
    return (this.lastBeat?.beganAt ?? -Infinity) + BEAT_COUNTS_MS;
  }

  /** Whether this instance still takes its entries from the store. */
  isOwn(store: string): boolean {
    return isSameStore(store, this.store);
  }

  /** Whether nobody takes entries from another store, as PostgreSQL says now. A failed read proves nothing. */
  async isOnly(store: string): Promise<boolean> {
    if (this.database.isEmbedded) return true;
    try {
      const { rows } = await this.statements.read<StoreRow>(ALL_STORES, []);
      return rows.every((row) => row.store === NO_STORE || isSameStore(row.store, store));
    } catch (error) {
      if (isDatabaseOutage(error)) return false;
      throw error;
    }
  }

  /** The instance accepts no entries any more, and its pool may be closed. Without an answer the others find out in seconds. */
  async leave(): Promise<void> {
    if (this.database.isEmbedded) return;
    await this.inTurn(async () => {
      this.hasLeft = true;
      const limits = { connectionTimeoutMillis: GOODBYE_MS, query_timeout: GOODBYE_MS };
      const own = { primary: this.database.sessions, ...limits };
      await runAlone(own, REMOVE.text, [this.instanceId, null]).catch(() => undefined);
    });
  }

  /** The name of the store of this instance, at this moment. */
  get store(): string {
    if (this.redis === undefined) return `memory:${this.instanceId}`;
    return this.redis.storeId ?? NO_STORE;
  }

  private readonly onPool: RunStatement = (statement, values) => this.statements.run(statement, values);

  /** One write after the other, so that none with a former store comes last. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.writing.then(work);
    this.writing = turn.catch(() => undefined);
    return turn;
  }

  private async write(statement: HotStatement, run: RunStatement): Promise<boolean> {
    const { store } = this;
    this.named = undefined;
    const beat = new Stopwatch();
    const rows = await run(statement, [this.instanceId, store]);
    if (rows.length === 0) return false;
    this.named = store;
    this.lastBeat = beat;
    return true;
  }

  private async look(run: RunStatement): Promise<void> {
    const others = ((await run(ALL_STORES, [])) as StoreRow[]).filter(
      ({ instance_id: id }) => id !== this.instanceId,
    );
    const { store } = this;
    const isRival = (other: string) => other !== NO_STORE && !isSameStore(other, store);
    const rivals = store === NO_STORE ? [] : others.filter((other) => isRival(other.store));
    this.hasRival = rivals.length > 0;
    this.standing.setRival(this.hasRival ? describe(rivals.length) : undefined);
    for (const id of this.sightings.keys())
      if (!others.some(({ instance_id: other }) => other === id)) this.sightings.delete(id);
    for (const other of others) if (this.isSilent(other)) await run(REMOVE, [other.instance_id, other.beat]);
  }

  private isSilent({ instance_id: id, beat }: StoreRow): boolean {
    const known = this.sightings.get(id);
    if (known?.beat !== beat) {
      this.sightings.set(id, { beat, since: new Stopwatch(), readings: 0 });
      return false;
    }
    known.readings += 1;
    return known.readings >= SILENT_READINGS && performance.now() - known.since.beganAt > SILENT_MS;
  }
}

/**
 * A cluster is named by several masters. No two clusters have one in common, and during a failover, when instances know different masters,
 * they have most.
 */
function isSameStore(one: string, other: string): boolean {
  const ids = new Set(other.split(','));
  return one.split(',').some((id) => ids.has(id));
}

const describe = (count: number): string =>
  `${count === 1 ? 'another instance uses' : `${count} instances use`} another cache than this one, so entries could stay there: ` +
  'all instances need the same REDIS_URL';
