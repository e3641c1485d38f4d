import { Subject } from 'rxjs';
import type { LogPage } from './invalidation-log.js';

type Page = Pick<LogPage, 'history' | 'position' | 'databaseMs' | 'rows'>;

/** A read of the log that succeeded. */
interface PageRead {
  readonly page: Page;
  /** `performance.now()` before the read began: every change that was committed until then is before the position of the page. */
  readonly beganAt: number;
}

/** The log is read from the position of the page on. `wake` makes the reader read at once. */
export interface ReadingBegun extends PageRead {
  readonly kind: 'begun';
  readonly wake: () => void;
}

/** The page that follows the last one. */
export interface PageFollowed extends PageRead {
  readonly kind: 'followed';
}

/** The log is not read any more. */
export interface ReadingEnded {
  readonly kind: 'ended';
}

/** What this instance reads of the log, in order, before it applies it. */
export class LogPages extends Subject<ReadingBegun | PageFollowed | ReadingEnded> {}
