import type { Clock } from './clock.js';

/**
 * The time by which tokens expire: this machine's, or what the issuer has proven to be past, whichever is later. So a wall
 * clock that is slow accepts no expired token, as far as tokens and events of the issuer show that it is slow.
 */
export class IssuerClock {
  /** Seconds to add to the monotonic clock. */
  private offset = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Takes a time from a signature of the issuer, in seconds since 1970: that time has passed. */
  observe(epochSeconds: number): void {
    this.offset = Math.max(this.offset, epochSeconds - this.clock.monotonicMs() / 1000);
  }

  /** Seconds since 1970. */
  nowSeconds(): number {
    return Math.max(this.clock.wallMs() / 1000, this.offset + this.clock.monotonicMs() / 1000);
  }
}
