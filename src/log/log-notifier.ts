import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isDatabaseOutage } from '../common/database-errors.js';
import type { SessionEvent } from './change-feed.js';
import type { ChangePublisher } from './change-publisher.js';
import { LOG_CHANNEL } from './invalidation-log.js';
import { SESSION_CHANNEL } from './session-event.js';

/** Shortest time between two statements: each wakes every instance. */
const PAUSE_MS = 5;
const NOTIFY = `
  SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS notification(channel, payload)`;

/**
 * Notifies all instances, outside the transaction of what happened: a NOTIFY in each transaction would make the commits of the
 * server take turns. Notifications are gathered while one is under way. A lost one costs time: the log is read twice a second.
 */
export class LogNotifier implements ChangePublisher {
  private readonly logger = new Logger(LogNotifier.name);
  private readonly gathered = new Map<string, string>();
  private isSending = false;

  constructor(private readonly dataSource: DataSource) {}

  /** The log has new rows. */
  committed(): void {
    this.add(LOG_CHANNEL, '');
  }

  settled(): void {
    // Every change comes back through the log, to this instance as to all others.
  }

  sessionEvent(event: SessionEvent): void {
    this.add(SESSION_CHANNEL, JSON.stringify(event));
  }

  private add(channel: string, payload: string): void {
    this.gathered.set(payload, channel);
    if (!this.isSending) void this.send();
  }

  private async send(): Promise<void> {
    this.isSending = true;
    const notifications = [...this.gathered];
    this.gathered.clear();
    try {
      const payloads = notifications.map(([payload]) => payload);
      await this.dataSource.query(NOTIFY, [notifications.map(([, channel]) => channel), payloads]);
    } catch (error) {
      if (!isDatabaseOutage(error)) this.logger.error(`Not notified: ${(error as Error).message}`);
    }
    setTimeout(() => this.sendAgain(), PAUSE_MS).unref();
  }

  private sendAgain(): void {
    this.isSending = false;
    if (this.gathered.size > 0) void this.send();
  }
}
