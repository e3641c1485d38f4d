import type { Clock } from './clock.js';
import { ExpiringMap } from './expiring-map.js';
import type { IssuerClock } from './issuer-clock.js';
import type { SecurityEvent } from './security-event.js';

/** Entries outlive every token that they concern by this: the clock that judges expiries may be slow by as much. */
const CLOCK_TOLERANCE_MS = 60_000;
/** An event's time is that of the statement, and a login can read the role a moment before it signs the token. */
const CHANGE_MARGIN_SECONDS = 5;

interface Change {
  /** Tokens issued until then say nothing about the role; seconds since 1970. */
  readonly untilIat: number;
  /** When the event was applied; monotonic milliseconds. */
  readonly atMs: number;
}

/**
 * What the feed has delivered and an unexpired token can still contradict. An entry is deleted one token life after it
 * came, so the size is that of the revocations and changes within one life.
 */
export class Revocations {
  private readonly sessions = new ExpiringMap<true>();
  private readonly users = new ExpiringMap<true>();
  private readonly changes = new ExpiringMap<Change>();

  constructor(
    private readonly clock: Clock,
    private readonly issuerClock: IssuerClock,
  ) {}

  get size(): number {
    return this.sessions.size + this.users.size + this.changes.size;
  }

  /** @param tokenLifetimeMs no token lives longer */
  apply(event: SecurityEvent, tokenLifetimeMs: number): void {
    const atMs = this.clock.monotonicMs();
    const expiresMs = atMs + tokenLifetimeMs + CLOCK_TOLERANCE_MS;
    this.issuerClock.observe(event.issuedAt);
    switch (event.kind) {
      case 'session-revoked':
        return this.sessions.set(event.sid, true, expiresMs);
      case 'user-revoked':
        return this.users.set(event.sub, true, expiresMs);
      case 'user-changed': {
        const untilIat = Math.max(event.issuedAt, this.issuerClock.nowSeconds()) + CHANGE_MARGIN_SECONDS;
        return this.changes.set(event.sub, { untilIat, atMs }, expiresMs);
      }
    }
  }

  deleteExpired(): void {
    const nowMs = this.clock.monotonicMs();
    for (const map of [this.sessions, this.users, this.changes]) map.deleteExpired(nowMs);
  }

  isRevoked({ sid, sub }: { sid: string; sub: string }): boolean {
    return this.sessions.has(sid) || this.users.has(sub);
  }

  /** When a change came after which a token of that time says nothing about its user; `undefined` without one. */
  changedAtMs({ sub, iat }: { sub: string; iat: number }): number | undefined {
    const change = this.changes.get(sub);
    return change !== undefined && iat <= change.untilIat ? change.atMs : undefined;
  }
}
