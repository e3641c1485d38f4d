import { type Clock, type Instant, instantOf, sleep } from './clock.js';
import type { Coverage } from './coverage.js';
import { type FeedAnswer, feedAnswerOf, MAX_ANSWER_BYTES, MAX_EVENTS } from './feed-answer.js';
import type { Issuer, FeedConfiguration } from './issuer.js';
import { IssuerError } from './issuer-error.js';
import type { IssuerClock } from './issuer-clock.js';
import type { KeySet } from './key-set.js';
import type { Settings } from './options.js';
import type { Reporter } from './reporter.js';
import type { Revocations } from './revocations.js';
import { BadEventError, verifySecurityEvent } from './security-event.js';

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 3000;
const MAX_WAIT_MS = 30_000;
/** Of the bound. Two waits, and the time that an answer takes, fit into it. */
const WAIT_SHARE = 0.3;
/** Between the begins of two requests, so that no issuer makes the loop spin. */
const MIN_INTERVAL_MS = 10;
/** How often an issuer is asked again whether its tokens live longer than it said. */
const LIFETIME_REREAD_MS = 60_000;
/** Asks for the begin of the log, as far back as a token lives. */
const FROM_THE_BEGIN = '';

/** Follows the revocation feed of the issuer (RFC 8936, long poll) until it is closed. */
export class Feed {
  private readonly closing = new AbortController();
  private readonly waitMs: number;
  private configuration: FeedConfiguration | undefined;
  private configuredAtMs = -Infinity;
  private cursor = FROM_THE_BEGIN;

  constructor(
    private readonly settings: Settings,
    private readonly issuer: Issuer,
    private readonly keys: KeySet,
    private readonly coverage: Coverage,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
    private readonly issuerClock: IssuerClock,
    private readonly reporter: Reporter,
  ) {
    this.waitMs = Math.min(MAX_WAIT_MS, Math.floor(settings.maxStalenessMs * WAIT_SHARE));
  }

  start(): void {
    void this.follow();
  }

  close(): void {
    this.closing.abort();
  }

  /**
   * Whether no token of this life can outlive the entry of its revocation. If it can, the issuer's tokens live longer than
   * they did; the feed is then read again from the begin, once a minute at most.
   */
  knowsLifetime(seconds: number): boolean {
    if (this.configuration === undefined) return false;
    if (seconds * 1000 <= this.configuration.accessTokenLifetimeMs) return true;
    if (this.clock.monotonicMs() - this.configuredAtMs > LIFETIME_REREAD_MS) this.beginAnew();
    return false;
  }

  private isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private async follow(): Promise<void> {
    const { signal } = this.closing;
    let delayMs = FIRST_DELAY_MS;
    while (!this.isClosed()) {
      try {
        const earliestMs = this.clock.monotonicMs() + MIN_INTERVAL_MS;
        await this.poll();
        delayMs = FIRST_DELAY_MS;
        const restMs = earliestMs - this.clock.monotonicMs();
        if (restMs > 0) await sleep(this.clock, restMs, signal);
      } catch (error) {
        if (this.isClosed()) return;
        this.reporter.failed('feed', error);
        if (error instanceof BadEventError) this.beginAnew();
        // Half of it at random, so that the receivers do not come back together.
        await sleep(this.clock, delayMs * (0.5 + Math.random() / 2), signal);
        delayMs = Math.min(2 * delayMs, MAX_DELAY_MS);
      }
    }
  }

  /** One request. Its answer is applied in one step, after all of its signatures were verified. */
  private async poll(): Promise<void> {
    const { pollEndpoint, accessTokenLifetimeMs } = await this.configure();
    const { cursor } = this;
    const sentAt = instantOf(this.clock);
    const answer = feedAnswerOf(
      await this.issuer.postJson(
        pollEndpoint,
        { cursor, maxEvents: MAX_EVENTS, returnImmediately: false, waitMs: this.waitMs },
        this.waitMs + this.settings.requestTimeoutMs,
        MAX_ANSWER_BYTES,
      ),
    );
    if (cursor === FROM_THE_BEGIN && !answer.restarted) {
      throw new IssuerError('the feed answered without a restart');
    }
    const events = await Promise.all(
      answer.sets.map(([jti, token]) =>
        verifySecurityEvent(jti, token, this.settings, this.keys, this.issuerClock),
      ),
    );
    // The feed was told to begin anew while the answer was on its way.
    if (cursor !== this.cursor || this.configuration === undefined) return;
    for (const event of events.flat()) this.revocations.apply(event, accessTokenLifetimeMs);
    this.revocations.deleteExpired();
    this.advance(answer, sentAt);
  }

  private async configure(): Promise<FeedConfiguration> {
    if (this.configuration === undefined) {
      this.configuration = await this.issuer.feedConfiguration();
      this.configuredAtMs = this.clock.monotonicMs();
    }
    return this.configuration;
  }

  private advance(answer: FeedAnswer, sentAt: Instant): void {
    this.cursor = answer.cursor;
    if (answer.restarted) this.coverage.restart(answer.coveredFrom);
    else this.coverage.narrow(answer.coveredFrom);
    if (!answer.moreAvailable) this.coverage.complete(sentAt, answer.completeToMs);
  }

  private beginAnew(): void {
    this.cursor = FROM_THE_BEGIN;
    this.configuration = undefined;
    this.coverage.lose();
  }
}
