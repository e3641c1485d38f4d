import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Standing } from '../standing/standing.js';
import { type Change, ChangeFeed, endsEverybody, isCreation, type SessionEvent } from './change-feed.js';
import type { ChangePublisher, ChangeSource } from './change-publisher.js';
import { HistoryClaim, type Identity } from './history-claim.js';
import { InstanceStores } from './instance-stores.js';
import type { LoggedInvalidation } from './invalidation-log.js';
import { LogPages } from './log-pages.js';
import { LogPosition } from './log-position.js';

/** The embedded database belongs to one process: every change is its own, and there is no log to follow. */
@Injectable()
export class EmbeddedChanges implements ChangePublisher, ChangeSource {
  /** Changes are counted from the start of the process, so positions of an earlier process mean nothing here. */
  private readonly recentHistory = randomBytes(6).toString('hex');
  private count = 0;
  private provenAt = 0;
  private isDemanded = false;
  private isProving = false;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly pages: LogPages,
    private readonly history: HistoryClaim,
    private readonly standing: Standing,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly stores: InstanceStores,
  ) {}

  async start(): Promise<void> {
    const { history } = await this.history.admit((text) => this.dataSource.query<Identity[]>(text));
    this.standing.followForEver(history);
    this.stores.trustMemory();
    this.provenAt = performance.now();
    this.pages.next({
      kind: 'begun',
      page: this.pageOf([]),
      beganAt: this.provenAt,
      wake: () => void this.prove(),
    });
  }

  committed(changes: readonly Change[]): void {
    // Entries have times in whole milliseconds, so one from before can be of this one.
    if (changes.some(endsEverybody)) this.standing.skip(Date.now() + 1);
    const at = Date.now() / 1000;
    const rows = changes.map((change) => {
      const number = String((this.count += 1));
      return { ...change, id: number, xid: number, at };
    });
    this.pages.next({ kind: 'followed', page: this.pageOf(rows), beganAt: this.provenAt });
  }

  settled(changes: readonly Change[]): void {
    for (const change of changes) if (!isCreation(change)) this.feed.next(change);
  }

  sessionEvent(event: SessionEvent): void {
    this.feed.next(event);
  }

  /**
   * Asks the one connection for anything: by its answer, every change whose commit was answered before has been published here.
   * A failure proves nothing.
   */
  private async prove(): Promise<void> {
    this.isDemanded = true;
    if (this.isProving) return;
    this.isProving = true;
    while (this.isDemanded) {
      this.isDemanded = false;
      const beganAt = performance.now();
      const isAnswered = await this.dataSource.query('SELECT 1').then(() => turn(true), ignoreFailure);
      if (!isAnswered) break;
      this.provenAt = beganAt;
      this.pages.next({ kind: 'followed', page: this.pageOf([]), beganAt });
    }
    this.isProving = false;
  }

  private pageOf(rows: readonly LoggedInvalidation[]) {
    const position = new LogPosition(String(this.count + 1), []);
    return { history: this.recentHistory, position, databaseMs: Date.now(), rows };
  }
}

const ignoreFailure = () => false;
