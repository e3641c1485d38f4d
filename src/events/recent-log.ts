import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { LogPages, type PageFollowed, type ReadingBegun } from '../log/log-pages.js';
import type { LogPosition } from '../log/log-position.js';
import { byTransaction, loggedChange, type LoggedChange, type RowKey } from './logged-change.js';

/** Rows in memory, a few hundred bytes each. One page of the log always fits. */
const MAX_ROWS = 10_000;

/** How far this instance has read the log. */
export interface Reading {
  readonly history: string;
  readonly position: LogPosition;
  /** `performance.now()` before the read began: every change that was committed until then is before the position. */
  readonly beganAt: number;
  /** PostgreSQL's time, milliseconds since the epoch, not before the position. */
  readonly databaseMs: number;
}

/** A position, and a time: every change that was committed after the time is after the position. */
export interface LogStart {
  readonly history: string;
  readonly position: LogPosition;
  /** PostgreSQL's clock, milliseconds since the epoch. */
  readonly coveredFromMs: number;
}

interface Page {
  readonly after: LogPosition;
  readonly databaseMs: number;
  readonly rows: readonly LoggedChange[];
}

/** The rows that this instance has read last. Its memory is bounded: older rows are read from PostgreSQL again. */
@Injectable()
export class RecentLog {
  /** Emits after each reading whether it brought rows, and `true` when the log is not read any more. */
  readonly readings = new Subject<boolean>();
  private current: Reading | undefined;
  private pages: Page[] = [];
  private base: Omit<LogStart, 'history'> | undefined;
  /** The rows of all pages, in the order of {@link byTransaction}. */
  private sorted: LoggedChange[] = [];
  /** The last reading, also when the log is not read any more. */
  private last: Reading | undefined;
  private earlier = 0;
  private wake: () => void = () => undefined;

  constructor(pages: LogPages) {
    pages.subscribe((event) => {
      if (event.kind === 'begun') this.begin(event);
      else if (event.kind === 'followed') this.add(event);
      else this.end();
    });
  }

  /** The last reading; `undefined` while the log is not read. */
  get reading(): Reading | undefined {
    return this.current;
  }

  /**
   * What PostgreSQL's clock showed at most in histories that ended while this instance ran; milliseconds since the epoch, 0 for none.
   * The clock of a new server may be behind the old one's, so tokens of an earlier history can have later times than now.
   */
  get earlierMs(): number {
    return this.earlier;
  }

  /** From where on the rows are in memory; `undefined` while the log is not read. */
  get start(): LogStart | undefined {
    if (this.current === undefined || this.base === undefined) return undefined;
    return { history: this.current.history, ...this.base };
  }

  /** Asks for a reading that begins after this call. */
  demand(): void {
    this.wake();
  }

  /**
   * The rows that are after a position and before the last reading, in the order of {@link byTransaction}.
   * @param position of the history of the last reading
   * @param from where the rows begin
   * @param limit of their number: what they cost does not depend on how many follow
   * @returns `undefined` when older rows than those in memory may be among them
   */
  after(position: LogPosition, from: RowKey, limit: number): LoggedChange[] | undefined {
    if (this.base === undefined || !position.reaches(this.base.position)) return undefined;
    const { oldest } = position;
    const rows: LoggedChange[] = [];
    let index = this.indexOf(from.xid < oldest ? { xid: oldest, id: 0n } : from);
    for (let row = this.sorted[index]; row !== undefined && rows.length < limit; row = this.sorted[++index])
      if (!position.shows(row.xid)) rows.push(row);
    return rows;
  }

  private begin({ page, beganAt, wake }: ReadingBegun): void {
    this.wake = wake;
    if (this.last !== undefined && this.last.history !== page.history) {
      // Other instances may have followed the old server up to now.
      this.earlier = Math.max(this.earlier, this.last.databaseMs + beganAt - this.last.beganAt);
    }
    this.startOver(page, beganAt);
  }

  private add({ page, beganAt }: PageFollowed): void {
    const { rows, position, databaseMs } = page;
    if (rows === undefined) return this.startOver(page, beganAt);
    this.setReading(page, beganAt);
    if (rows.length > 0) {
      const changes = rows.map((row) => loggedChange(row, databaseMs));
      this.pages.push({ after: position, databaseMs, rows: changes });
      // Rows of a transaction that was open for long come late: then the order is made again.
      const latest = this.sorted.at(-1);
      this.sorted.push(...changes);
      const isInOrder = (row: LoggedChange, index: number) =>
        byTransaction((index === 0 ? latest : changes[index - 1]) ?? row, row) <= 0;
      if (!changes.every(isInOrder)) this.sorted.sort(byTransaction);
      this.dropOldest();
    }
    this.readings.next(rows.length > 0);
  }

  private end(): void {
    this.current = undefined;
    this.wake = () => undefined;
    this.readings.next(true);
  }

  /** Of the first row that is not before the key. */
  private indexOf(key: RowKey): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.sorted[middle];
      if (row !== undefined && byTransaction(row, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private startOver(page: PageFollowed['page'], beganAt: number): void {
    this.setReading(page, beganAt);
    this.base = { position: page.position, coveredFromMs: page.databaseMs };
    this.pages = [];
    this.sorted = [];
    this.readings.next(true);
  }

  private setReading({ history, position, databaseMs }: PageFollowed['page'], beganAt: number): void {
    this.current = { history, position, beganAt, databaseMs };
    this.last = this.current;
  }

  private dropOldest(): void {
    const dropped = new Set<LoggedChange>();
    while (this.sorted.length - dropped.size > MAX_ROWS) {
      const page = this.pages.shift();
      if (page === undefined) break;
      for (const row of page.rows) dropped.add(row);
      this.base = { position: page.after, coveredFromMs: page.databaseMs };
    }
    if (dropped.size > 0) this.sorted = this.sorted.filter((row) => !dropped.has(row));
  }
}
