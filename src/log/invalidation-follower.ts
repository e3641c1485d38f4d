import { Inject, Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { ConnectionLoop } from '../common/connection-loop.js';
import { Stopwatch } from '../common/stopwatch.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { DatabaseClock } from '../database/database-clock.js';
import { PrimaryNotFoundError } from '../database/primary-not-found.error.js';
import { NotificationProof } from '../database/notification-proof.js';
import { EvictionService } from './eviction.service.js';
import { ReplayService } from './replay.service.js';
import { RedisServers } from '../redis/redis-servers.js';
import { DatabaseReach } from './database-reach.js';
import { FollowerConnection } from './follower-connection.js';
import { ACCEPTANCE_MS } from '../common/acceptance.js';
import { Standing } from '../standing/standing.js';
import { HistoryClaim, type Identity, RivalHistoryError } from './history-claim.js';
import { ChangeFeed, endsEverybody, isCreation, usersOf } from './change-feed.js';
import type { ChangeSource } from './change-publisher.js';
import {
  LOG_CHANNEL,
  type LogPage,
  readNewRows,
  readPosition,
  REMOVE_FOREIGN_ROWS,
} from './invalidation-log.js';
import { InstanceStores, type RunStatement } from './instance-stores.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { LogPages } from './log-pages.js';
import type { LogPosition } from './log-position.js';
import { parseSessionEvent, SESSION_CHANNEL } from './session-event.js';

const MAX_RECONNECT_DELAY_MS = 1000;

/** The server is a standby or refuses to write. */
class NotThePrimaryError extends Error {
  constructor() {
    super('the PostgreSQL server is a standby or read-only');
    this.name = 'NotThePrimaryError';
  }
}

/**
 * Reads every committed change from the invalidation log, on a connection of its own, and applies it: twice a second, and at
 * once when somebody notifies. A new connection knows nothing of what came before it: it takes its position at the present, and the
 * log of one entry's life is replayed.
 */
@Injectable()
export class InvalidationFollower implements ChangeSource, OnApplicationShutdown {
  private readonly loop = new ConnectionLoop((up, stopped) => this.live(up, stopped), MAX_RECONNECT_DELAY_MS);
  private markFirst: () => void = () => undefined;
  private readonly first = new Promise<void>((resolve) => (this.markFirst = resolve));
  /** From the begin of the last read of the log that succeeded. */
  private lastRead: Stopwatch | undefined;
  /** Whether entries could be accepted when the connection was last known to be in order. */
  private wasCurrent = false;

  constructor(
    private readonly database: Database,
    private readonly clock: DatabaseClock,
    private readonly evictions: EvictionService,
    private readonly replay: ReplayService,
    private readonly standing: Standing,
    private readonly reach: DatabaseReach,
    private readonly history: HistoryClaim,
    private readonly feed: ChangeFeed,
    private readonly pages: LogPages,
    private readonly stores: InstanceStores,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
    private readonly proof: NotificationProof,
    private readonly metrics: InvalidationMetrics,
    private readonly config: AppConfig,
  ) {}

  /** Resolves once the log is followed. */
  async start(): Promise<void> {
    this.reach.onAnswer = () => this.loop.hurry();
    this.loop.start();
    await this.first;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await this.stores.leave();
  }

  /** One connection's life, from opening it to its loss. */
  private async live(up: () => void, stopped: AbortSignal): Promise<void> {
    const connection = this.build();
    const close = () => connection.close();
    stopped.addEventListener('abort', close);
    try {
      await connection.open();
      let position = await this.begin(connection);
      up();
      this.markFirst();
      for (;;) {
        this.proof.step();
        await connection.pause(this.lastRead?.beganAt ?? 0).finally(() => this.noteContact());
        position = await this.read(connection, position);
      }
    } catch (error) {
      if (!stopped.aborted) this.report(error as Error);
    } finally {
      stopped.removeEventListener('abort', close);
      this.pages.next({ kind: 'ended' });
      this.stores.forget();
      connection.close();
    }
  }

  private build(): FollowerConnection {
    this.proof.begin();
    const connection: FollowerConnection = new FollowerConnection({
      primary: this.database.sessions,
      applicationName: `${this.config.name}-follower`,
      channels: [LOG_CHANNEL, SESSION_CHANNEL, this.proof.channel],
      answerMs: this.config.database.timeoutMs / 2,
      onSilence: () => this.reach.question(this.wasCurrent),
      onNotification: (channel, payload) => {
        if (connection.isIdle) this.proof.arrived();
        if (channel === LOG_CHANNEL) return connection.notify();
        const event = channel === SESSION_CHANNEL ? parseSessionEvent(payload) : undefined;
        if (event !== undefined) this.feed.next(event);
      },
    });
    return connection;
  }

  /** @returns the position from which the connection reads on */
  private async begin(connection: FollowerConnection): Promise<LogPosition> {
    const hasReadLog = await this.redis?.beforeReadOfLog();
    const reading = new Stopwatch();
    const page = await connection.run(readPosition);
    this.check(page);
    this.reach.answered();
    await connection.listen();
    await connection.run((client) => client.query(REMOVE_FOREIGN_ROWS));
    await this.history.admit((text) =>
      connection.run(async (client) => (await client.query<Identity & QueryResultRow>(text)).rows),
    );
    await this.stores.announce(runOn(connection));
    await this.replay.replayFor(page.history);
    this.stores.trustMemory();
    this.standing.follow(page.history, reading.beganAt);
    hasReadLog?.();
    this.hasRead(reading);
    this.pages.next({ kind: 'begun', page, beganAt: reading.beganAt, wake: () => connection.notify() });
    this.feed.next({ kind: 'log.skipped' });
    return page.position;
  }

  private async read(connection: FollowerConnection, position: LogPosition): Promise<LogPosition> {
    const hasReadLog = await this.redis?.beforeReadOfLog();
    const reading = new Stopwatch();
    const page = await connection.run((client) => readNewRows(client, position));
    this.check(page);
    if (page.history !== this.standing.history) throw new Error('the database was replaced');
    this.pages.next({ kind: 'followed', page, beganAt: reading.beganAt });
    await this.apply(page);
    const beatCountsUntil = await this.stores.keep(runOn(connection));
    this.standing.renew(Math.min(reading.beganAt, beatCountsUntil));
    hasReadLog?.();
    this.hasRead(reading);
    return page.position;
  }

  private hasRead(reading: Stopwatch): void {
    this.lastRead = reading;
    this.reach.read();
  }

  /** Entries of a server that is not the primary may be older than what others have acknowledged. */
  private check({ isReadOnly, databaseMs }: LogPage): void {
    if (isReadOnly) throw new NotThePrimaryError();
    this.clock.set(databaseMs);
    this.standing.observe(databaseMs);
  }

  private async apply({ rows, databaseMs }: LogPage): Promise<void> {
    if (rows === undefined) {
      this.standing.skip(databaseMs);
      this.feed.next({ kind: 'log.skipped' });
      return;
    }
    if (rows.length === 0) return;
    if (rows.some(endsEverybody)) this.standing.skip(databaseMs);
    await this.evictions.evict(usersOf(rows));
    for (const row of rows) {
      this.metrics.applied(row.at);
      if (!isCreation(row)) this.feed.next(row);
    }
  }

  private noteContact(): void {
    this.wasCurrent = this.lastRead !== undefined && this.lastRead.elapsedMs < ACCEPTANCE_MS;
  }

  /** Without the log PostgreSQL is asked, unless it is proven to be out of reach. */
  private report(error: Error): void {
    const { message } = error;
    const isWrong = error instanceof NotThePrimaryError || error instanceof RivalHistoryError;
    if (isWrong || isNowhere(error)) return this.standing.refuse(message);
    if (this.standing.state !== 'unreachable') this.standing.suspend(message);
    this.reach.question(this.wasCurrent);
  }
}

/** Whether every host answers, and none is a primary: then the primary may be elsewhere, as with one address that leads to a standby. */
const isNowhere = (error: Error): boolean =>
  error instanceof PrimaryNotFoundError && error.unasked.length === 0;

const runOn =
  (connection: FollowerConnection): RunStatement =>
  ({ text }, values) =>
    connection.run(async (client) => (await client.query(text, [...values])).rows as unknown[]);
