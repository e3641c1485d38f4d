import { type Clock, elapsedMs, type Instant } from './clock.js';
import type { KnownToken } from './access-tokens.js';
import type { Change, Forgotten } from './revocations.js';

/** `iat` has whole seconds, and a login can read the role a moment before: a token of the next second may not know what was before. */
const IAT_MARGIN_SECONDS = 1;
/**
 * An instance of the service may judge by a state that is as old as this: it delays the answer to a change by 2 s at most.
 * What introspection said is kept only when the question was put later than this after the event that it must know.
 */
const SETTLED_AFTER_MS = 3000;

/** What is known of the revocations: up to when, and for which tokens. All of it is in memory and changes in one step. */
export class Coverage {
  /** The sequence of answers that belong together. A restart begins the next one. */
  private sequence = 0;
  private coveredFrom = Infinity;
  /** Every change that was committed before is applied. */
  private completeTo: Instant | undefined;
  /** Since when the feed has been fresh without a break; monotonic milliseconds. */
  private freshSinceMs = Infinity;
  /** When the last event came whose entry is deleted by now; monotonic milliseconds. */
  private forgottenMs = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly maxStalenessMs: number,
  ) {}

  /** A sequence begins: nothing is complete until `complete` is called. */
  restart(coveredFrom: number): void {
    this.sequence += 1;
    this.coveredFrom = coveredFrom;
    this.completeTo = undefined;
    this.freshSinceMs = Infinity;
  }

  /** Something was lost, and nobody knows what. No token is covered before the next restart. */
  lose(): void {
    this.restart(Infinity);
  }

  /** Changes are delivered after this time only, should that be later than was said before. */
  narrow(coveredFrom: number): void {
    this.coveredFrom = Math.max(this.coveredFrom, coveredFrom);
  }

  /**
   * The entries of events that came until then are deleted. Whatever they would contradict is introspected: tokens from before, and what
   * introspection said before the service had settled.
   */
  forget({ untilIat, atMs }: Forgotten): void {
    this.narrow(untilIat);
    this.forgottenMs = atMs;
  }

  /** Every change that was committed before is applied. An earlier moment than the last one is ignored: an instance may lag. */
  complete(completeTo: Instant): void {
    const wasFresh = this.isFresh();
    if (elapsedMs(this.clock, completeTo) < this.stalenessMs()) this.completeTo = completeTo;
    if (!wasFresh) this.freshSinceMs = this.clock.monotonicMs();
  }

  /** Milliseconds since which a change can be missing; `Infinity` when nothing is complete. */
  stalenessMs(): number {
    return this.completeTo === undefined ? Infinity : elapsedMs(this.clock, this.completeTo);
  }

  isFresh(): boolean {
    return this.stalenessMs() <= this.maxStalenessMs;
  }

  /**
   * The role of a token that was not revoked, if each change after the token, or after its introspection, is or will be
   * delivered. `undefined` when the issuer must be asked.
   *
   * @param change the last one of the user. The time of a token that is not covered may be of another clock, so it is not compared
   */
  roleOf({ principal, introspected }: KnownToken, change: Change | undefined): string | undefined {
    const isCovered = principal.iat > this.coveredFrom + IAT_MARGIN_SECONDS;
    if (isCovered && principal.iat > (change?.untilIat ?? -Infinity)) return principal.role;
    if (introspected?.sequence !== this.sequence) return undefined;
    const settledMs = Math.max(change?.atMs ?? -Infinity, this.forgottenMs) + SETTLED_AFTER_MS;
    return introspected.sentMs >= settledMs ? introspected.role : undefined;
  }

  /** Keeps what introspection said, if the feed delivers every change that the answer did not know. */
  keep(known: KnownToken, sentMs: number, role: string): void {
    if (!this.isFresh() || sentMs < this.freshSinceMs + SETTLED_AFTER_MS) return;
    known.introspected = { role, sentMs, sequence: this.sequence };
  }

  /** How many sequences have begun. */
  get restarts(): number {
    return this.sequence;
  }
}
