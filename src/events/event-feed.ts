import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Problems } from '../http/problem.error.js';
import { LogArchive } from './log-archive.js';
import { byTransaction, type LoggedChange } from './logged-change.js';
import { type LogStart, type Reading, RecentLog } from './recent-log.js';
import type { EventKey, FeedCursor } from './feed-cursor.js';
import { type Audience, eventsOf, LAST_PART, type SecurityEvent } from './security-event.js';

/** Rows of one page. */
const PAGE_ROWS = 1000;
/** A page of at most so many events is kept for the other receivers at its cursor. It is as large as an answer, and few cursors are kept. */
export const SHARED_EVENTS = 1000;
/** Before every event. */
export const NO_EVENT: EventKey = { xid: 0n, id: 0n, part: 0 };

/** What follows a cursor. */
export interface FeedPage {
  readonly events: readonly SecurityEvent[];
  /** The cursor after the first `count` of the events. */
  cursorAfter(count: number): FeedCursor;
  /** Whether there may be events after these. */
  readonly hasMore: boolean;
  readonly isRestarted: boolean;
  /** PostgreSQL's time of the reading of the log that ends the page, milliseconds since the epoch. */
  readonly readAtMs: number;
  /** `performance.now()` before the reading of the log began that ends the page. */
  readonly beganAt: number;
}

type KnownPages = WeakMap<FeedCursor, { reading: Reading; page: Promise<FeedPage | undefined> }>;

interface Rows {
  /** In the order of `byTransaction`. */
  readonly rows: readonly LoggedChange[];
  readonly reading: Reading;
  readonly hasMore: boolean;
}

/** The events after a cursor: from memory, or from PostgreSQL. Any instance continues where any other one has ended. */
@Injectable()
export class EventFeed {
  /** By audience and cursor: the page that follows it as of this reading of the log. */
  private readonly pages: Readonly<Record<Audience, KnownPages>> = {
    verifiers: new WeakMap(),
    copies: new WeakMap(),
  };

  constructor(
    private readonly recent: RecentLog,
    private readonly archive: LogArchive,
    private readonly config: AppConfig,
  ) {}

  /**
   * Whether this instance has read the log as far as the cursor. If not, the cursor is of an instance that has read on, and the next
   * reading reaches it.
   * @throws ProblemError 503 while the log is not read
   */
  hasReached({ history, position, page }: FeedCursor): boolean {
    const reading = this.demandReading();
    return reading.history !== history || reading.position.reaches(page?.upTo ?? position);
  }

  /**
   * Receivers of one audience at the same cursor share the page until the next reading of the log.
   * @param cursor `undefined` begins one life of an access token before now, or as far back as the log reaches
   * @throws ProblemError 503 while the log is not read
   */
  async after(cursor: FeedCursor | undefined, audience: Audience): Promise<FeedPage> {
    const reading = this.demandReading();
    if (cursor === undefined || reading.history !== cursor.history || !this.hasReached(cursor)) {
      return this.startOver(audience);
    }
    const known = this.pages[audience].get(cursor);
    const page = known?.reading === reading ? known.page : this.sharedPage(cursor, reading, audience);
    return (await page) ?? this.startOver(audience);
  }

  /** @throws ProblemError 503 while the log is not read */
  demandReading(): Reading {
    const { reading } = this.recent;
    if (reading === undefined) throw Problems.unavailable('The log of changes cannot be read');
    return reading;
  }

  /** Receivers ask for it before it is there, so the promise is kept. */
  private sharedPage(
    cursor: FeedCursor,
    reading: Reading,
    audience: Audience,
  ): Promise<FeedPage | undefined> {
    const pages = this.pages[audience];
    const page = this.rowsAfter(cursor).then((rows) => rows && pageOf(cursor, rows, audience, false));
    pages.set(cursor, { reading, page });
    const forget = () => {
      if (pages.get(cursor)?.page === page) pages.delete(cursor);
    };
    page.then((found) => (found?.events.length ?? Infinity) > SHARED_EVENTS && forget(), forget);
    return page;
  }

  private async startOver(audience: Audience): Promise<FeedPage> {
    const stored = await this.archive.start(this.config.tokens.accessTtlSeconds);
    this.demandHistory(stored?.history);
    if (stored?.start !== undefined) {
      const cursor = this.cursorAt(stored.start, stored.earlierMs);
      const rows = await this.rowsAfter(cursor);
      if (rows !== undefined) return pageOf(cursor, rows, audience, true);
    }
    const reading = this.demandHistory(stored?.history);
    const start = this.recent.start ?? { ...reading, coveredFromMs: reading.databaseMs };
    const cursor = this.cursorAt(start, stored?.earlierMs ?? 0);
    const rows = this.recentAfter(cursor) ?? { rows: [], reading, hasMore: false };
    return pageOf(cursor, rows, audience, true);
  }

  /** Without a failover between the log that is read and what else was read. */
  private demandHistory(history = this.demandReading().history): Reading {
    const reading = this.demandReading();
    if (reading.history !== history) throw Problems.unavailable('The log of changes was replaced');
    return reading;
  }

  /**
   * A token of an earlier history is not covered: a change that concerns it may have been committed before this history. Its time is of
   * the old server's clock, which may have been ahead.
   */
  private cursorAt({ history, position, coveredFromMs }: LogStart, earlierMs: number): FeedCursor {
    const fromMs = Math.max(coveredFromMs, earlierMs, this.recent.earlierMs);
    return { history, position, coveredFromMs: Math.ceil(fromMs) };
  }

  private recentAfter({ position, page }: FeedCursor): Rows | undefined {
    const rows = this.recent.after(position, page?.after ?? NO_EVENT, PAGE_ROWS);
    return rows && { rows, reading: this.demandReading(), hasMore: rows.length === PAGE_ROWS };
  }

  private async rowsAfter(cursor: FeedCursor): Promise<Rows | undefined> {
    const recent = this.recentAfter(cursor);
    if (recent !== undefined) return recent;
    const { history, position, page } = cursor;
    const read = await this.archive.read(position, page?.after ?? NO_EVENT, PAGE_ROWS);
    return read?.reading.history === history ? read : undefined;
  }
}

function pageOf(
  cursor: FeedCursor,
  { rows, reading, hasMore }: Rows,
  audience: Audience,
  isRestarted: boolean,
): FeedPage {
  const { history, coveredFromMs, page } = cursor;
  const upTo = page?.upTo ?? reading.position;
  const after = page?.after ?? NO_EVENT;
  const events = rows
    .filter(({ xid }) => upTo.shows(xid))
    .flatMap((row) => eventsOf(row, history, audience))
    .filter((event) => compareKeys(event, after) > 0);
  const last = rows.at(-1);
  const cursorAfter = (count: number): FeedCursor => {
    if (count === events.length && !hasMore) return { history, coveredFromMs, position: upTo };
    // Of rows that were read, those that are not shown there are read again for the next page.
    const end = last && { ...last, part: LAST_PART[audience] };
    const key = count === events.length && end !== undefined ? end : events[count - 1];
    return key === undefined ? cursor : { ...cursor, page: { upTo, after: key } };
  };
  return {
    events,
    cursorAfter,
    hasMore: hasMore || page !== undefined,
    isRestarted,
    readAtMs: reading.databaseMs,
    beganAt: reading.beganAt,
  };
}

const compareKeys = (one: EventKey, other: EventKey): number =>
  byTransaction(one, other) || one.part - other.part;
