import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { ConnectionLoop } from '../common/connection-loop.js';
import { AppConfig } from '../config/app-config.js';
import { abandon } from '../database/bounded-client.js';
import { Database } from '../database/database.js';
import { CacheInvalidationService } from './cache-invalidation.service.js';
import { InvalidationFeed } from './invalidation.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { SoleInstanceClaim } from './sole-instance-claim.js';
import { type LoggedInvalidation, NOTIFY_CHANNEL, readLog } from './invalidation-log.js';
import { parseNotification } from './notification.js';

const POLL_MS = 1000;
const PRUNE_EVERY_POLLS = 60;
const MAX_RECONNECT_DELAY_MS = 1000;
const MAX_TOLD = 10_000;

/**
 * Hears every committed change, on a connection of its own: by notification at once, by reading the log each second for
 * certain. A lost connection is noticed by the poll, and the log is read on from where it was.
 */
@Injectable()
export class InvalidationFollower implements OnApplicationShutdown {
  private readonly logger = new Logger(InvalidationFollower.name);
  private readonly loop = new ConnectionLoop(
    (up, stopped) => this.follow(up, stopped),
    MAX_RECONNECT_DELAY_MS,
  );
  /** Horizon of the last page: rows of transactions from here on may be unread. */
  private cursor: bigint | undefined;
  /** Ids of the rows of those transactions that a page has brought. */
  private readonly read = new Map<string, bigint>();
  /**
   * Changes that were told by notification. Whoever may connect to the database can send one, so it hastens the row that
   * it looks like and never stands for it.
   */
  private readonly told = new LRUCache<string, true>({ max: MAX_TOLD });
  private polls = 0;
  private connected = false;
  private firstPage: (() => void) | undefined;
  private readonly firstPageRead = new Promise<void>((resolve) => (this.firstPage = resolve));

  constructor(
    private readonly database: Database,
    private readonly invalidation: CacheInvalidationService,
    private readonly feed: InvalidationFeed,
    private readonly claim: SoleInstanceClaim,
    private readonly metrics: InvalidationMetrics,
    private readonly config: AppConfig,
  ) {}

  /** Resolves once the follower knows its place in the log: a replay read before that could miss a change. */
  async start(): Promise<void> {
    this.loop.start();
    await this.firstPageRead;
  }

  get isConnected(): boolean {
    return this.connected;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async follow(up: () => void, stopped: AbortSignal): Promise<void> {
    const { timeoutMs } = this.config.database;
    const client = new pg.Client({
      connectionString: this.database.url,
      application_name: `${this.config.name}-follower`,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
    });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('connection closed')));
      stopped.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
    });
    // It may be lost while nobody waits for that, before the first race below.
    lost.catch(() => undefined);
    try {
      await client.connect();
      client.on('notification', ({ payload }) => {
        const told = parseNotification(payload);
        if (told?.kind === 'session.refreshed') this.feed.next(told);
        else if (told) this.hear(told).catch((error: unknown) => client.emit('error', error));
      });
      await client.query(`LISTEN ${NOTIFY_CHANNEL}`);
      for (;;) {
        await Promise.race([this.poll(client), lost]);
        this.setConnected(true);
        up();
        await Promise.race([nextPoll(), lost]);
      }
    } catch (error) {
      if (!stopped.aborted) this.setConnected(false, (error as Error).message);
    } finally {
      this.claim.release();
      abandon(client);
    }
  }

  private async poll(client: pg.Client): Promise<void> {
    const { horizon, rows } = await readLog(client, this.cursor);
    const rewound = this.cursor !== undefined && horizon < this.cursor;
    // Another history, such as a replica promoted without the last transactions: numbers are given out again.
    if (rewound) this.forget();
    await this.take(rows);
    this.cursor = horizon;
    for (const [id, xid] of this.read) if (xid < horizon) this.read.delete(id);
    if (rewound) await this.invalidation.replayIfConnected();
    await this.claim.renew(client);
    this.firstPage?.();
    this.polls += 1;
    if (this.polls % PRUNE_EVERY_POLLS === 0) await this.invalidation.prune();
  }

  /** Applies a page of the log, what was notified of it included: that may have been sent before the commit. */
  private async take(rows: readonly LoggedInvalidation[]): Promise<void> {
    const unread = rows.filter(({ id }) => !this.read.has(id));
    if (unread.length === 0) return;
    await this.invalidation.apply(unread);
    for (const row of unread) {
      this.read.set(row.id, BigInt(row.xid));
      if (!this.told.has(wordingOf(row))) this.tell(row);
    }
  }

  private async hear(change: LoggedInvalidation): Promise<void> {
    const wasRead = this.cursor !== undefined && BigInt(change.xid) < this.cursor;
    const wording = wordingOf(change);
    if (wasRead || this.read.has(change.id) || this.told.has(wording)) return;
    this.told.set(wording, true);
    try {
      await this.invalidation.apply([change]);
    } catch (error) {
      // The next connection reads the row.
      this.told.delete(wording);
      throw error;
    }
    this.tell(change);
  }

  private forget(): void {
    this.cursor = undefined;
    this.read.clear();
    this.told.clear();
  }

  private tell(change: LoggedInvalidation): void {
    this.metrics.applied(change.at);
    this.feed.next(change);
  }

  private setConnected(connected: boolean, reason = ''): void {
    if (connected === this.connected) return;
    this.connected = connected;
    if (connected) this.logger.log('Following the invalidation log');
    else
      this.logger.warn(
        `Lost the invalidation log: ${reason}; reading on from where it was once PostgreSQL answers`,
      );
  }
}

/** All that a change says, but for the time, which the row and its notification take one after the other. */
function wordingOf({ id, xid, kind, user_id, session_id, reason }: LoggedInvalidation): string {
  return JSON.stringify([id, xid, kind, user_id, session_id, reason]);
}

function nextPoll(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
}
