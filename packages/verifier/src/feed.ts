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
import { BadEventError, type SecurityEvent, verifySecurityEvent } from './security-event.js';

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 3000;
const MAX_WAIT_MS = 30_000;
/** Of the bound. Two waits, and the time that an answer takes, fit into it. */
const WAIT_SHARE = 0.3;
/** Between the begins of two requests, so that no issuer makes the loop spin. */
const MIN_INTERVAL_MS = 10;
/** How often an issuer is asked again whether its tokens live longer than it said. */
const LIFETIME_REREAD_MS = 60_000;
const NO_PLACE =
  'revocations take more than maxRevocationBytes: the oldest are deleted, and tokens from before are introspected';
/** Asks for the begin of the log, as far back as a token lives. */
const FROM_THE_BEGIN = '';

/** Follows the revocation feed of the issuer (RFC 8936, long poll) until it is closed. */
export class Feed {
  private readonly closing = new AbortController();
  private readonly waitMs: number;
  private configuration: FeedConfiguration | undefined;
  private configuredAtMs = -Infinity;
  private cursor = FROM_THE_BEGIN;
  private history: string | undefined;
  /** Tokens with a time up to then may be from an earlier history. Seconds since 1970. */
  private earlierUntil = -Infinity;
  /** Gets what has just been applied. */
  onEvents: (events: readonly SecurityEvent[]) => void = () => undefined;

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
    const mustRestart = cursor === FROM_THE_BEGIN || answer.history !== this.history;
    if (mustRestart && !answer.restarted) {
      throw new IssuerError('the feed answered without a restart');
    }
    const sets = await Promise.all(
      answer.sets.map(([jti, token]) =>
        verifySecurityEvent(jti, token, this.settings, this.keys, this.issuerClock),
      ),
    );
    // The feed was told to begin anew while the answer was on its way.
    if (cursor !== this.cursor || this.configuration === undefined) return;
    if (answer.history !== this.history) this.beginHistory(answer.history);
    const readAt = this.readingOf(answer, sentAt);
    this.issuerClock.observe(answer.readAt, readAt);
    const events = sets.flat();
    this.revocations.apply(events, accessTokenLifetimeMs);
    this.revocations.observe(answer.readAt);
    this.advance(answer, readAt);
    this.deleteOld();
    this.onEvents(events);
  }

  private async configure(): Promise<FeedConfiguration> {
    if (this.configuration === undefined) {
      this.configuration = await this.issuer.feedConfiguration();
      this.configuredAtMs = this.clock.monotonicMs();
    }
    return this.configuration;
  }

  /**
   * PostgreSQL is another one, or recovered: it may lack changes that were delivered, and its clock may be behind. What is known from
   * before says nothing any more. Nothing is lost by that: tokens from before are introspected in this history, as the feed does not cover
   * them, whatever the issuer says.
   */
  private beginHistory(history: string): void {
    if (this.history !== undefined) {
      this.earlierUntil = Math.max(this.earlierUntil, this.issuerClock.nowSeconds());
    }
    this.history = history;
    this.revocations.clear();
    this.issuerClock.restart();
  }

  /** The moment of the reading of the log that the answer ends with, or an earlier one: the request did not arrive before it was sent. */
  private readingOf({ completeToMs }: FeedAnswer, { monotonicMs, wallMs }: Instant): Instant {
    // No answer can know what is still to come.
    const laterMs = Math.min(completeToMs, this.clock.monotonicMs() - monotonicMs);
    return { monotonicMs: monotonicMs + laterMs, wallMs: wallMs + laterMs };
  }

  private advance({ cursor, restarted, coveredFrom, moreAvailable }: FeedAnswer, readAt: Instant): void {
    this.cursor = cursor;
    const from = Math.max(coveredFrom, this.earlierUntil);
    if (restarted) this.coverage.restart(from);
    else this.coverage.narrow(from);
    if (!moreAvailable) this.coverage.complete(readAt);
  }

  private deleteOld(): void {
    const forgotten = this.revocations.deleteOld();
    if (forgotten === undefined) return;
    this.coverage.forget(forgotten);
    if (forgotten.isEarly) this.reporter.failed('memory', new Error(NO_PLACE));
  }

  private beginAnew(): void {
    this.cursor = FROM_THE_BEGIN;
    this.configuration = undefined;
    this.coverage.lose();
  }
}
