import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { isDatabaseOutage } from '../common/database-errors.js';
import { Database } from '../database/database.js';
import { InvalidationFeed, type SessionRefreshed } from './invalidation.js';
import { NOTIFY_CHANNEL } from './invalidation-log.js';

const GATHER_MS = 20;

/**
 * Tells all instances of refreshes. These change no verdict, so they are notified outside the refresh's transaction,
 * gathered for 20 ms: a NOTIFY in each would make commits wait for one another.
 */
@Injectable()
export class RefreshNotifier {
  private readonly logger = new Logger(RefreshNotifier.name);
  private gathered: SessionRefreshed[] = [];

  constructor(
    private readonly database: Database,
    private readonly feed: InvalidationFeed,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  tell(userId: string, sessionId: string): void {
    const refreshed: SessionRefreshed = { kind: 'session.refreshed', user_id: userId, session_id: sessionId };
    if (this.database.isEmbedded) return this.feed.next(refreshed);
    if (this.gathered.push(refreshed) === 1) setTimeout(() => void this.send(), GATHER_MS).unref();
  }

  private async send(): Promise<void> {
    const payloads = this.gathered.map((refreshed) => JSON.stringify(refreshed));
    this.gathered = [];
    try {
      await this.dataSource.query('SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told', [
        NOTIFY_CHANNEL,
        payloads,
      ]);
    } catch (error) {
      if (!isDatabaseOutage(error)) this.logger.error(`A refresh was not told: ${(error as Error).message}`);
    }
  }
}
