import { Logger } from '@nestjs/common';

/**
 * - `trusted`: the log was replayed since the store was connected, and every change is applied
 * - `replaying`: connected, and the invalidation log is being applied
 * - `down`: out of reach, frozen or too slow
 */
export type ReadinessState = 'trusted' | 'replaying' | 'down';

const FULL = 'the memory is used up, and no new entries are taken (maxmemory with noeviction)';

/** In one outage. Reasons that differ each time must not fill the log. */
const MOST_REASONS = 10;

/**
 * The circuit breaker of a store: whether it is reachable and up to date. One log line for each change and for a new reason of an outage,
 * never one for a request.
 */
export class Readiness {
  private readonly logger = new Logger('Cache');
  private current: ReadinessState = 'down';
  private wasLogged = false;
  private lastReason = 'not connected yet';
  /** Of the present outage. */
  private readonly loggedReasons = new Set<string>();
  private isFull = false;
  private readonly changes: Record<ReadinessState, number> = { trusted: 0, replaying: 0, down: 0 };

  /**
   * @param subject the store, as log lines call it
   * @param onChange is called with each state that is set
   */
  constructor(
    private readonly subject: string,
    private readonly onChange: (state: ReadinessState) => void = () => undefined,
  ) {}

  get state(): ReadinessState {
    return this.current;
  }

  get isReady(): boolean {
    return this.current === 'trusted';
  }

  /** Why the store, or a part of it, is not ready, or takes no new entries, in words for people; empty while all is well. */
  get reason(): string {
    return this.lastReason || (this.isFull ? FULL : '');
  }

  /** How often the store entered each state, since the start. */
  get transitions(): Readonly<Record<ReadinessState, number>> {
    return this.changes;
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

  change(state: ReadinessState, reason = ''): void {
    const hasChanged = state !== this.current || !this.wasLogged;
    this.current = state;
    this.lastReason = reason;
    if (hasChanged) this.logChange(state, reason);
    else if (state === 'down') this.logFurther(reason);
    this.onChange(state);
  }

  private logChange(state: ReadinessState, reason: string): void {
    this.wasLogged = true;
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
