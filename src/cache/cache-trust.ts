import { Logger } from '@nestjs/common';
import type { Following } from './following.js';

/**
 * - `trusted`: entries are accepted
 * - `replaying`: connected, and the invalidation log is being applied; entries are not accepted yet
 * - `down`: out of reach, frozen or too slow, or this instance does not follow the invalidation log
 */
export type TrustState = 'trusted' | 'replaying' | 'down';

const FULL = 'the memory is used up, and no new entries are taken (maxmemory with noeviction)';

/** In one outage. Reasons that differ each time must not fill the log. */
const MOST_REASONS = 10;

/**
 * The circuit breaker of the cache: whether entries are accepted and written. Three things must hold: the store is reachable and the log was
 * replayed into it since it was connected, this instance follows the log, and no instance uses another store. One log line for each change of the first and for a new
 * reason of an outage, never one for a request.
 */
export class CacheTrust {
  private readonly logger = new Logger('Cache');
  private store: TrustState = 'down';
  private wasLogged = false;
  private lastReason = 'not connected yet';
  /** Of the present outage. */
  private readonly loggedReasons = new Set<string>();
  private foreign: string | undefined;
  private isFull = false;
  private readonly changes: Record<TrustState, number> = { trusted: 0, replaying: 0, down: 0 };

  /** @param subject the store, as log lines call it */
  constructor(
    private readonly subject: string,
    readonly following: Following,
  ) {}

  get state(): TrustState {
    return this.isStoreTrusted && !this.isTrusted ? 'down' : this.store;
  }

  /**
   * Whether entries may be accepted at this moment. Ask before the cache is read, so that what is read is not older than the log is, and
   * again after its answer, because the process may have been stalled meanwhile.
   */
  get isTrusted(): boolean {
    return this.isStoreTrusted && this.foreign === undefined && this.following.mayAccept;
  }

  /** Whether the store is reachable and up to date, whatever this instance knows of the log. */
  get isStoreTrusted(): boolean {
    return this.store === 'trusted';
  }

  /** Whether entries may be written at this moment. */
  get isWritable(): boolean {
    return this.isStoreTrusted && this.foreign === undefined && this.following.mayWrite;
  }

  /** Whether all entries may be accepted, on a cluster those of each shard, and new ones are taken. */
  get isComplete(): boolean {
    return this.isTrusted && this.lastReason === '' && !this.isFull;
  }

  /** Why entries are not accepted, or no new ones are taken, in words for people; empty while all is well. */
  get reason(): string {
    const ofState = (this.isStoreTrusted && (this.following.reason || this.foreign)) || this.lastReason;
    return ofState || (this.isFull ? FULL : '');
  }

  /** @param isFull whether the store refused the latest entry because its memory is used up */
  setFull(isFull: boolean): void {
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    if (isFull)
      this.logger.warn(
        `${this.subject}: ${FULL}. Sessions that are not cached cost a query for each request`,
      );
    else this.logger.log(`${this.subject} takes new entries again`);
  }

  /** Why no store is trusted although this one is up to date: another instance uses another one. */
  get rival(): string | undefined {
    return this.foreign;
  }

  /** @param reason in words for people; `undefined` once every instance uses the store of this one */
  setRival(reason: string | undefined): void {
    if (reason === this.foreign) return;
    this.foreign = reason;
    if (reason === undefined) this.logger.log('No instance uses another cache any more');
    else this.logger.warn(`${this.subject} is not used: ${reason}. PostgreSQL answers instead`);
  }

  /** How often the store entered each state, since the start. */
  get transitions(): Readonly<Record<TrustState, number>> {
    return this.changes;
  }

  change(state: TrustState, reason = ''): void {
    if (state === this.store && this.wasLogged) {
      this.lastReason = reason;
      if (state === 'down') this.logFurther(reason);
      return;
    }
    this.wasLogged = true;
    this.store = state;
    this.lastReason = reason;
    this.changes[state] += 1;
    this.loggedReasons.clear();
    this.loggedReasons.add(reason);
    if (state === 'down')
      this.logger.warn(`${this.subject} is not used: ${reason}. PostgreSQL answers instead`);
    else if (state === 'trusted') this.logger.log(`${this.subject} is trusted`);
    else
      this.logger.log(`${this.subject} is connected; the invalidation log is applied before it is trusted`);
  }

  /** An outage may change its reason: the server is back, and refuses the password. */
  private logFurther(reason: string): void {
    if (this.loggedReasons.has(reason) || this.loggedReasons.size >= MOST_REASONS) return;
    this.loggedReasons.add(reason);
    this.logger.warn(`${this.subject} is still not used: ${reason}`);
  }
}
