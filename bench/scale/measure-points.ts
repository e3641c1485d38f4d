import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { LOG_CHANNEL } from '../../src/log/invalidation-log.js';
import type { PostgresServer } from '../../test/support/postgres/postgres-server.js';
import type { RedisServer } from '../../test/support/redis/redis-server.js';
import { readRedisCounters } from '../stack/redis-counters.js';
import { InstanceProcess } from './instance-process.js';
import type { LiveSession } from './instances.js';
import type { MeasuredPoint } from './measured.js';
import { cpuMsOf, postgresCpuMs, readPostgresUsage } from './postgres-usage.js';

const PROCESSES = 2;
/** Before the measurement, at the same rate. */
const SETTLE_SECONDS = 1;
const USER = `
  INSERT INTO users (email, password_hash, full_name, role) SELECT gen_random_uuid() || '@example.org', 'none', 'Scale', 'student'
  FROM generate_series(1, $1) RETURNING id`;
const SESSION = `
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
  SELECT gen_random_uuid(), id, gen_random_uuid(), now() + interval '7 days' FROM unnest($1::uuid[]) AS id RETURNING id, user_id`;

export interface PointPlan {
  readonly instances: number;
  readonly rates: readonly number[];
}

/** Measures what revocations cost, with more and more instances on one PostgreSQL and one Redis. */
export class PointMeasurement {
  private notifications = 0;

  private constructor(
    private readonly postgres: PostgresServer,
    private readonly redis: RedisServer,
    private readonly client: pg.Client,
    private readonly processes: readonly InstanceProcess[],
  ) {
    client.on('notification', () => (this.notifications += 1));
  }

  /** @param url of an empty database of the server */
  static async start(postgres: PostgresServer, redis: RedisServer, url: string): Promise<PointMeasurement> {
    const env = { DATABASE_URL: url, REDIS_URL: redis.url };
    const processes = Array.from({ length: PROCESSES }, () => InstanceProcess.start(env));
    // One listener more than there are followers counts the notifications.
    const client = new pg.Client({ connectionString: url, application_name: 'bench' });
    await client.connect();
    await client.query(`LISTEN ${LOG_CHANNEL}`);
    return new PointMeasurement(postgres, redis, client, processes);
  }

  async measure({ instances, rates }: PointPlan, seconds: number): Promise<MeasuredPoint[]> {
    await this.grow(instances);
    const points: MeasuredPoint[] = [];
    for (const rate of rates) points.push(await this.measurePoint(instances, rate, seconds));
    return points;
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.stop()));
    await this.client.end();
  }

  private async grow(instances: number): Promise<void> {
    const [first] = this.processes;
    // The first instance makes the schema.
    if (first?.instances === 0) await first.add(1);
    await Promise.all(
      this.processes.map(async (each, index) => {
        const share = Math.floor((instances + PROCESSES - 1 - index) / PROCESSES);
        if (share > each.instances) await each.add(share - each.instances);
      }),
    );
  }

  private async measurePoint(instances: number, rate: number, seconds: number): Promise<MeasuredPoint> {
    const sessions = await this.openSessions(Math.ceil(rate * (seconds + SETTLE_SECONDS)));
    // As autovacuum does: without statistics PostgreSQL chooses other plans.
    await this.client.query('ANALYZE; CHECKPOINT');
    const settling = Math.ceil(rate * SETTLE_SECONDS);
    await this.revoke(sessions.slice(0, settling), rate);
    const before = await this.read();
    const startedAt = performance.now();
    await this.revoke(sessions.slice(settling), rate);
    await pause(Math.max(0, seconds * 1000 - (performance.now() - startedAt)));
    const after = await this.read();
    const elapsedSeconds = (after.at - before.at) / 1000;
    const postgres = postgresCpuMs(before.postgres, after.postgres);
    const difference = (of: (reading: typeof after) => number) => of(after) - of(before);
    const calls = (name: string) => (reading: typeof after) => reading.redis.calls.get(name) ?? 0;
    const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
    return {
      instances,
      revocationsPerSecond: rate,
      plannedSeconds: seconds,
      seconds: round(elapsedSeconds),
      revocations: sessions.length - settling,
      notifications: difference(({ notifications }) => notifications),
      reads: difference(({ usage }) => usage.reads),
      pages: difference(({ usage }) => usage.pages),
      rows: difference(({ usage }) => usage.rows),
      skips: difference(({ usage }) => usage.skips),
      postgresTransactions: difference(({ transactions }) => transactions),
      followerConnectionsCpuMs: round(postgres.followers),
      requestConnectionsCpuMs: round(postgres.requests),
      serverProcessesCpuMs: round(postgres.server),
      redisCommands: difference(({ redis }) => sum(redis.calls)),
      redisDeletions: difference(calls('del')),
      redisBytesIn: difference(({ redis }) => redis.bytesIn),
      redisBytesOut: difference(({ redis }) => redis.bytesOut),
      redisCpuMs: round(difference(({ redisCpuMs }) => redisCpuMs)),
      instancesCpuMs: round(difference(({ usage }) => usage.cpuMs)),
    };
  }

  /** Each process revokes through its share of the instances. */
  private async revoke(sessions: readonly LiveSession[], rate: number): Promise<void> {
    const total = this.processes.reduce((sum, { instances }) => sum + instances, 0);
    let from = 0;
    await Promise.all(
      this.processes.map(async (each) => {
        const count = Math.round((sessions.length * each.instances) / total);
        const share = sessions.slice(from, (from += count));
        if (share.length === 0) return;
        await each.ask({ kind: 'revoke', sessions: share, perSecond: (rate * each.instances) / total });
      }),
    );
  }

  private async read() {
    const usages = await Promise.all(this.processes.map((each) => each.ask({ kind: 'usage' })));
    const sum = (of: (usage: (typeof usages)[number]) => number) =>
      usages.reduce((total, usage) => total + of(usage), 0);
    const { rows } = await this.client.query<{ transactions: number }>(
      'SELECT xact_commit::int AS transactions FROM pg_stat_database WHERE datname = current_database()',
    );
    return {
      at: performance.now(),
      notifications: this.notifications,
      usage: {
        reads: sum(({ reads }) => reads),
        pages: sum(({ pages }) => pages),
        rows: sum(({ rows: read }) => read),
        skips: sum(({ skips }) => skips),
        cpuMs: sum(({ cpuMs }) => cpuMs),
      },
      postgres: await readPostgresUsage(this.client, this.postgres.pid),
      transactions: rows[0]?.transactions ?? 0,
      redis: await readRedisCounters(this.redis),
      redisCpuMs: await cpuMsOf(this.redis.pid),
    };
  }

  private async openSessions(count: number): Promise<LiveSession[]> {
    if (count === 0) return [];
    await this.client.query(`SET ergodrive.invalidation_log = 'off'`);
    const { rows: users } = await this.client.query<{ id: string }>(USER, [count]);
    const { rows } = await this.client.query<{ id: string; user_id: string }>(SESSION, [
      users.map(({ id }) => id),
    ]);
    return rows.map(({ id, user_id: userId }) => ({ id, userId, tokenId: randomUUID() }));
  }
}

const round = (value: number) => Math.round(value * 10) / 10;
