import { Inject, Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Following } from '../cache/following.js';
import { type Change, ChangeFeed, type SessionRefreshed } from './change-feed.js';
import type { ChangePublisher, ChangeSource } from './change-publisher.js';
import { HistoryClaim, type Identity } from './history-claim.js';
import { SingleInstanceLock } from './single-instance-lock.js';

/** The embedded database belongs to one process: every change is its own, and there is no log to follow. */
@Injectable()
export class EmbeddedChanges implements ChangePublisher, ChangeSource {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly history: HistoryClaim,
    private readonly following: Following,
    @InjectDataSource() private readonly dataSource: DataSource,
    @Optional() @Inject(SingleInstanceLock) private readonly lock: SingleInstanceLock | undefined,
  ) {}

  async start(): Promise<void> {
    const { history } = await this.history.admit((text) => this.dataSource.query<Identity[]>(text));
    this.following.followForEver(history);
    this.lock?.holdForEver();
  }

  committed(): void {
    // There is no other instance.
  }

  settled(changes: readonly Change[]): void {
    for (const change of changes) this.feed.next(change);
  }

  sessionEvent(event: SessionRefreshed): void {
    this.feed.next(event);
  }
}
