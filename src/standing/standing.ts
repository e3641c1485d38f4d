import { Injectable, Logger } from '@nestjs/common';
import { ACCEPTANCE_MS } from '../common/acceptance.js';
import type { Permit } from './permit.js';

/**
 * - `starting`: the log was never read
 * - `following`: the log is read; entries are accepted for {@link ACCEPTANCE_MS} after the begin of each read
 * - `suspended`: the connection is lost; entries are not accepted until the log was replayed on a new one
 * - `unreachable`: PostgreSQL is proven to be out of reach; cached sessions are served, and nothing is written to the cache
 * - `refused`: the server is not the primary, or other instances follow another history; nothing is served
 */
export type LogState = 'starting' | 'following' | 'suspended' | 'unreachable' | 'refused';

const NOT_READ = 'the invalidation log was not read yet';
const LATE = 'the invalidation log was not read in time';

/**
 * Whether this instance may serve, accept cache entries and write them, and for which history of PostgreSQL. It keeps one {@link Permit} and
 * replaces it at each transition, not when the log is read again.
 */
@Injectable()
export class Standing {
  private readonly logger = new Logger('Log');
  private current: LogState = 'starting';
  private why = NOT_READ;
  private followed: string | undefined;
  private floorMs = 0;
  private latestMs = 0;
  private acceptsUntil = { monotonic: -Infinity, wall: -Infinity };
  private isPermanent = false;
  private conflict: string | undefined;
  private rival: string | undefined;
  private readonly lossListeners: (() => void)[] = [];
  private issued = newPermit({
    kind: 'database-only',
    history: undefined,
    floorMs: 0,
    isLimited: false,
    reason: NOT_READ,
  });
  /** Takes the place of {@link issued} while the log was not read in time. */
  private lapsed = this.issued;

  /** What this instance may do at this moment. */
  permit(): Permit {
    return this.issued.isLimited && !this.isCurrent ? this.lapsed : this.issued;
  }

  /** Whether nothing has changed since the permit was given: to be asked after each wait, before what was read is used. */
  holds(permit: Permit): boolean {
    return permit === this.permit();
  }

  get state(): LogState {
    return this.conflict === undefined ? this.current : 'refused';
  }

  /** Why the log is not followed, in words for people; empty while it is. */
  get reason(): string {
    if (this.conflict !== undefined) return this.conflict;
    return this.current === 'following' && !this.isCurrent ? LATE : this.why;
  }

  /** The token of the history that is followed, or was followed last; `undefined` until the log is read for the first time. */
  get history(): string | undefined {
    return this.followed;
  }

  /** Whether this instance reads every change at this moment, whatever other instances follow. */
  get readsLog(): boolean {
    return this.current === 'following' && this.isCurrent;
  }

  /** A new connection reads this history. Entries are accepted again once the log was replayed. */
  adopt(history: string): void {
    if (history !== this.followed) this.floorMs = this.latestMs = 0;
    this.followed = history;
    if (this.current === 'starting') this.issue();
    else this.enter('suspended', 'the invalidation log is being replayed');
  }

  /**
   * The position in the log is known and the log was replayed.
   * @param beganAt `performance.now()` before the read of the log began
   */
  follow(history: string, beganAt: number): void {
    this.followed = history;
    this.enter('following');
    this.renew(beganAt);
  }

  /** The embedded database has one process, which applies its own changes: there is no log to follow. */
  followForEver(history: string): void {
    this.isPermanent = true;
    this.followed = history;
    this.current = 'following';
    this.why = '';
    this.issue();
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
    if (readAt <= this.floorMs) return;
    this.floorMs = readAt;
    this.issue();
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
    this.issue();
    if (reason === undefined) this.logger.log('No other history is followed any more');
    else this.logger.error(`Requests are refused: ${reason}`);
  }

  /** Other instances take their entries from another store; `undefined` when that is over. */
  setRival(reason: string | undefined): void {
    if (reason === this.rival) return;
    this.rival = reason;
    this.issue();
    if (reason === undefined) this.logger.log('No instance uses another cache any more');
    else this.logger.warn(`The cache is not used: ${reason}. PostgreSQL answers instead`);
  }

  /** Two clocks, because the monotonic one stands still while a machine sleeps, and the other one can be set. */
  private get isCurrent(): boolean {
    const { monotonic, wall } = this.acceptsUntil;
    return this.isPermanent || (performance.now() < monotonic && Date.now() < wall);
  }

  /** A permit by which entries are being read stays where only its words would change. */
  private issue(): void {
    const isLimited = this.current === 'following' && !this.isPermanent;
    const { followed: history, floorMs } = this;
    const reason = this.conflict ?? this.rival ?? this.why;
    const next = newPermit({ kind: this.kind(), history, floorMs, isLimited, reason });
    if (next.mayRead && grantsTheSame(next, this.issued)) return;
    this.issued = next;
    const isGiven = isLimited && this.issued.kind === 'read-write';
    this.lapsed = isGiven ? newPermit({ ...this.issued, kind: 'database-only', reason: LATE }) : this.issued;
  }

  private kind(): Permit['kind'] {
    if (this.state === 'refused') return 'refuse';
    if (this.rival !== undefined) return 'database-only';
    return (
      ({ following: 'read-write', unreachable: 'read' } as const)[this.current as string] ?? 'database-only'
    );
  }

  private enter(state: LogState, reason = ''): void {
    const wasStarting = this.current === 'starting';
    const hasChanged = state !== this.current || (reason !== this.why && state !== 'following');
    this.current = state;
    this.why = reason;
    this.issue();
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

const grantsTheSame = (one: Permit, other: Permit): boolean =>
  one.kind === other.kind &&
  one.history === other.history &&
  one.floorMs === other.floorMs &&
  one.isLimited === other.isLimited;

const newPermit = (facts: Omit<Permit, 'mayRead' | 'mayWrite'>): Permit =>
  Object.freeze({
    ...facts,
    mayRead: facts.kind === 'read' || facts.kind === 'read-write',
    mayWrite: facts.kind === 'read-write',
  });
