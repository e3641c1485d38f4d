import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
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
  /** Rows of those transactions that were applied already, by notification or by an earlier page. */
  private readonly applied = new Map<string, bigint>();
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
    if (rewound) this.cursor = undefined;
    for (const row of rows) await this.hear(row);
    this.cursor = horizon;
    for (const [id, xid] of this.applied) if (rewound || xid < horizon) this.applied.delete(id);
    if (rewound) await this.invalidation.replayIfConnected();
    await this.claim.renew(client);
    this.firstPage?.();
    this.polls += 1;
    if (this.polls % PRUNE_EVERY_POLLS === 0) await this.invalidation.prune();
  }

  private async hear(row: LoggedInvalidation): Promise<void> {
    const xid = BigInt(row.xid);
    const wasRead = this.cursor !== undefined && xid < this.cursor;
    if (wasRead || this.applied.has(row.id)) return;
    this.applied.set(row.id, xid);
    try {
      await this.invalidation.apply([row]);
    } catch (error) {
      // It is read again by the next connection.
      this.applied.delete(row.id);
      throw error;
    }
    this.metrics.applied(row.at);
    this.feed.next(row);
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

function nextPoll(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
}
