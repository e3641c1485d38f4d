import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { LogPage } from './invalidation-log.js';
import type { LogPosition } from './log-position.js';
import { byTransaction, loggedChange, type LoggedChange } from './logged-change.js';

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

type ReadPage = Pick<LogPage, 'history' | 'position' | 'databaseMs' | 'rows'>;

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
  private rowCount = 0;
  /** The last reading, also when the log is not read any more. */
  private last: Reading | undefined;
  private earlier = 0;
  private wake: () => void = () => undefined;

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

  /**
   * The log is read from this position on.
   * @param wake makes the reader read at once
   */
  begin(page: ReadPage, beganAt: number, wake: () => void): void {
    this.wake = wake;
    if (this.last !== undefined && this.last.history !== page.history) {
      // Other instances may have followed the old server up to now.
      this.earlier = Math.max(this.earlier, this.last.databaseMs + beganAt - this.last.beganAt);
    }
    this.startOver(page, beganAt);
  }

  /** The page that follows the last one. */
  add(page: ReadPage, beganAt: number): void {
    const { rows, position, databaseMs } = page;
    if (rows === undefined) return this.startOver(page, beganAt);
    this.setReading(page, beganAt);
    if (rows.length > 0) {
      this.pages.push({
        after: position,
        databaseMs,
        rows: rows.map((row) => loggedChange(row, databaseMs)),
      });
      this.rowCount += rows.length;
      this.dropOldest();
    }
    this.readings.next(rows.length > 0);
  }

  /** The log is not read any more. */
  end(): void {
    this.current = undefined;
    this.wake = () => undefined;
    this.readings.next(true);
  }

  /** Asks for a reading that begins after this call. */
  demand(): void {
    this.wake();
  }

  /**
   * The rows that are after a position and before the last reading, in the order of {@link byTransaction}.
   * @param position of the history of the last reading
   * @returns `undefined` when older rows than those in memory may be among them
   */
  after(position: LogPosition): LoggedChange[] | undefined {
    if (this.base === undefined || !position.reaches(this.base.position)) return undefined;
    const rows: LoggedChange[] = [];
    for (let index = this.pages.length - 1; index >= 0; index -= 1) {
      const page = this.pages[index];
      if (page === undefined || position.reaches(page.after)) break;
      for (const row of page.rows) if (!position.shows(row.xid)) rows.push(row);
    }
    return rows.sort(byTransaction);
  }

  private startOver(page: ReadPage, beganAt: number): void {
    this.setReading(page, beganAt);
    this.base = { position: page.position, coveredFromMs: page.databaseMs };
    this.pages = [];
    this.rowCount = 0;
    this.readings.next(true);
  }

  private setReading({ history, position, databaseMs }: ReadPage, beganAt: number): void {
    this.current = { history, position, beganAt, databaseMs };
    this.last = this.current;
  }

  private dropOldest(): void {
    while (this.rowCount > MAX_ROWS) {
      const page = this.pages.shift();
      if (page === undefined) return;
      this.rowCount -= page.rows.length;
      this.base = { position: page.after, coveredFromMs: page.databaseMs };
    }
  }
}
