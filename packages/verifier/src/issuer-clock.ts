import { type Clock, elapsedMs, type Instant } from './clock.js';

/**
 * The time by which tokens expire: PostgreSQL's, by which the issuer dates and judges them. Each answer of the feed states it; between
 * two answers this machine's clocks move it on. Before the first answer it is this machine's wall clock.
 */
export class IssuerClock {
  private last: { readonly seconds: number; readonly at: Instant } | undefined;

  constructor(private readonly clock: Clock) {}

  /**
   * Takes the time of an answer. An earlier time than the last one is ignored: an instance of the issuer may lag. If PostgreSQL's clock
   * was set back, a token of before could outlive the entry of its revocation, and is refused as expired instead.
   *
   * @param epochSeconds what PostgreSQL's clock showed
   * @param at a moment at which it showed no more than that, so that the time is never slow
   */
  observe(epochSeconds: number, at: Instant): void {
    if (this.last !== undefined && epochSeconds <= this.last.seconds) return;
    this.last = { seconds: epochSeconds, at };
  }

  /**
   * Another history begins, by a clock that may be behind. The caller makes sure that no token is covered whose time is up to
   * `nowSeconds` of before: the issuer judges these, so going back revives none of them.
   */
  restart(): void {
    this.last = undefined;
  }

  /** Seconds since 1970. */
  nowSeconds(): number {
    if (this.last === undefined) return this.clock.wallMs() / 1000;
    return this.last.seconds + elapsedMs(this.clock, this.last.at) / 1000;
  }
}
