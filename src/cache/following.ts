import { Injectable, Logger } from '@nestjs/common';
import { FollowedHistory } from '../database/followed-history.js';

/**
 * How long after the begin of a successful read of the log this instance may accept cache entries. So no instance accepts an entry for
 * longer after a change by SQL. A change whose entry could not be deleted is acknowledged later than that, so no instance accepts the
 * entry then, however long it was stalled.
 */
export const ACCEPTANCE_MS = 1000;

/** From then on no instance accepts an entry by a read of the log that began before; longer, because timers are not exact. */
export const ACCEPTANCE_ENDED_MS = ACCEPTANCE_MS + 100;

/**
 * - `starting`: the log was never read
 * - `following`: the log is read; entries are accepted for {@link ACCEPTANCE_MS} after the begin of each read
 * - `suspended`: the connection is lost; entries are not accepted until the log was replayed on a new one
 * - `unreachable`: PostgreSQL is proven to be out of reach; cached sessions are served, and nothing is written to the cache
 * - `refused`: the server is not the primary, or other instances follow another history; nothing is served
 */
export type FollowingState = 'starting' | 'following' | 'suspended' | 'unreachable' | 'refused';

/** Where an entry comes from. */
export interface EntryOrigin {
  /** The history of the read that the entry holds. */
  readonly history: string;
  /** PostgreSQL's time of that read, milliseconds since the epoch. */
  readonly readAt: number;
}

/** How this instance follows the invalidation log, and which cache entries it may therefore accept and write. */
@Injectable()
export class Following {
  private readonly logger = new Logger('Log');
  private current: FollowingState = 'starting';
  private why = 'the invalidation log was not read yet';
  private floorMs = 0;
  private latestMs = 0;
  private acceptsUntil = { monotonic: -Infinity, wall: -Infinity };
  private isPermanent = false;
  private conflict: string | undefined;
  private readonly lossListeners: (() => void)[] = [];

  /** @param followed what the pool of connections uses */
  constructor(private readonly followed: FollowedHistory = new FollowedHistory()) {}

  get state(): FollowingState {
    return this.conflict === undefined ? this.current : 'refused';
  }

  /** Why entries are not accepted, in words for people; empty while they are. */
  get reason(): string {
    if (this.conflict !== undefined) return this.conflict;
    if (this.current === 'following' && !this.isCurrent) return 'the invalidation log was not read in time';
    return this.why;
  }

  /** Why this instance must serve nothing; `undefined` while it may serve. */
  get refusal(): string | undefined {
    return this.state === 'refused' ? this.reason : undefined;
  }

  /** The token of the history that is followed, or was followed last. */
  get history(): string | undefined {
    return this.followed.current;
  }

  /** Whether cache entries may be accepted at this moment. To be asked before and after the cache is read. */
  get mayAccept(): boolean {
    return this.state === 'unreachable' || this.mayWrite;
  }

  /** Whether the shared cache may be written at this moment: only an instance that reads every change may write. */
  get mayWrite(): boolean {
    return this.conflict === undefined && this.readsLog;
  }

  /** Whether entries are accepted for a limited time after each read of the log. */
  get isLimited(): boolean {
    return this.current === 'following' && !this.isPermanent;
  }

  /** Whether this instance reads every change at this moment, whatever history other instances follow. */
  get readsLog(): boolean {
    return this.current === 'following' && this.isCurrent;
  }

  /** Whether an entry is of the followed history and not from before a part of the log that was skipped. */
  accepts({ history, readAt }: EntryOrigin): boolean {
    return history === this.history && readAt >= this.floorMs;
  }

  /** A new connection reads this history. Entries are accepted again once the log was replayed. */
  adopt(history: string): void {
    if (this.current !== 'starting') this.enter('suspended', 'the invalidation log is being replayed');
    if (history !== this.history) this.floorMs = this.latestMs = 0;
    this.followed.current = history;
  }

  /**
   * The position in the log is known and the log was replayed.
   * @param beganAt `performance.now()` before the read of the log began
   */
  follow(history: string, beganAt: number): void {
    this.followed.current = history;
    this.enter('following');
    this.renew(beganAt);
  }

  /** The embedded database has one process, which applies its own changes: there is no log to follow. */
  followForEver(history: string): void {
    this.isPermanent = true;
    this.followed.current = history;
    this.current = 'following';
    this.why = '';
  }

  /**
   * Every change that was committed before `beganAt` has been applied.
   * @throws Error when the log counts as not followed meanwhile: then it must be replayed on a new connection
   */
  renew(beganAt: number): void {
    if (this.current !== 'following') throw new Error(this.why);
    const ageMs = performance.now() - beganAt;
    this.acceptsUntil = { monotonic: beganAt + ACCEPTANCE_MS, wall: Date.now() - ageMs + ACCEPTANCE_MS };
  }

  /** Accepts only entries that were read at this time or later. @param readAt PostgreSQL's time, milliseconds */
  raiseFloor(readAt: number): void {
    this.floorMs = Math.max(this.floorMs, readAt);
  }

  /** @param databaseMs PostgreSQL's time of a read of the log, milliseconds */
  observe(databaseMs: number): void {
    this.latestMs = Math.max(this.latestMs, databaseMs);
  }

  /**
   * Accepts no entry that was read before this moment. After PostgreSQL's clock was set back, such entries have later times: those of the
   * last read of the log, and of what instances still wrote after it.
   * @param databaseMs PostgreSQL's time now, milliseconds
   */
  skip(databaseMs: number): void {
    this.raiseFloor(this.latestMs > databaseMs ? this.latestMs + ACCEPTANCE_MS : databaseMs);
  }

  /** @param listener is called as soon as PostgreSQL is proven to be out of reach */
  onLoss(listener: () => void): void {
    this.lossListeners.push(listener);
  }

  suspend(reason: string): void {
    this.enter(this.current === 'starting' ? 'starting' : 'suspended', reason);
  }

  /** Cached sessions are served only by an instance that has followed the log once. */
  lose(reason: string): void {
    this.enter(this.current === 'starting' ? 'starting' : 'unreachable', reason);
    for (const listener of this.lossListeners) listener();
  }

  refuse(reason: string): void {
    this.enter('refused', reason);
  }

  /** Other instances follow another history; `undefined` when that is over. */
  setConflict(reason: string | undefined): void {
    if (reason === this.conflict) return;
    this.conflict = reason;
    if (reason === undefined) this.logger.log('No other history is followed any more');
    else this.logger.error(`Requests are refused: ${reason}`);
  }

  /** Two clocks, because the monotonic one stands still while a machine sleeps, and the other one can be set. */
  private get isCurrent(): boolean {
    const { monotonic, wall } = this.acceptsUntil;
    return this.isPermanent || (performance.now() < monotonic && Date.now() < wall);
  }

  private enter(state: FollowingState, reason = ''): void {
    const wasStarting = this.current === 'starting';
    const hasChanged = state !== this.current || (reason !== this.why && state !== 'following');
    this.current = state;
    this.why = reason;
    if (!hasChanged) return;
    if (state === 'following')
      this.logger.log(`${wasStarting ? '' : 'PostgreSQL answers again. '}Following the invalidation log`);
    else if (state === 'starting') this.logger.warn(`Waiting for PostgreSQL: ${reason}`);
    else if (state === 'suspended')
      this.logger.warn(`Cache entries are not accepted: ${reason}. PostgreSQL answers instead`);
    else if (state === 'unreachable')
      this.logger.warn(`PostgreSQL is out of reach: ${reason}. Cached sessions are served`);
    else this.logger.error(`Requests are refused: ${reason}`);
  }
}
