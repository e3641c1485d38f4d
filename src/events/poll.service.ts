import { setImmediate as turn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Standing } from '../standing/standing.js';
import { NoPrimaryError } from '../common/database-errors.js';
import { Problems } from '../http/problem.error.js';
import { EventFeed, type FeedPage, NO_EVENT, SHARED_EVENTS } from './event-feed.js';
import { EventSigner } from './event-signer.js';
import { type EventStream, EventStreams } from './event-streams.js';
import { encodeCursor, type FeedCursor } from './feed-cursor.js';
import { FeedMetrics } from './feed-metrics.js';
import type { AdmittedPoll } from './poll-admission.js';
import type { PollRequest } from './poll-request.js';
import { ASK_MS, PollWaiters } from './poll-waiters.js';
import type { Audience } from './security-event.js';

/** An empty answer needs a reading of the log that began at most this long before the end of the poll. */
const FRESH_MS = 250;
/** How many readings to wait for one that covers another instance's cursor: together about a second. */
const MAX_READINGS = 10;
/** Signatures between two turns of the event loop. */
const BATCH = 20;
/** Of the answers of one page that are kept for the other polls of their clients. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

export interface Poll extends AdmittedPoll {
  readonly clientId: string;
  readonly audience: Audience;
  /** As log lines have it. */
  readonly requestId: string;
  readonly request: PollRequest;
  /** When the request arrived, `performance.now()`. */
  readonly arrivedAt: number;
}

/** An answer of RFC 8936 §2.5, with members of this service: `PollAnswerDto`. */
export interface PollAnswer {
  /** JSON. */
  readonly text: string;
  /** Identifiers of the SETs. */
  readonly sent: readonly string[];
  readonly isRestarted: boolean;
}

/** The part of an answer that is the same for all polls of a client for a page. */
interface SignedPage {
  /** JSON up to the value of its last member. */
  readonly head: string;
  readonly sent: readonly string[];
  /** The length of the SETs and their identifiers. */
  readonly bytes: number;
}

/** Answers polls. */
@Injectable()
export class PollService {
  private readonly logger = new Logger('Feed');
  /** By page and client: where every SET was sent. */
  private readonly signed = new WeakMap<FeedPage, LRUCache<string, SignedPage>>();

  constructor(
    private readonly feed: EventFeed,
    private readonly streams: EventStreams,
    private readonly waiters: PollWaiters,
    private readonly signer: EventSigner,
    private readonly standing: Standing,
    private readonly metrics: FeedMetrics,
  ) {}

  /**
   * Answers what follows the receiver's position, and waits for it if there is nothing.
   * @throws ProblemError 503 while the log cannot be read, and Error of the database driver
   */
  async answer(poll: Poll): Promise<PollAnswer> {
    const { clientId, requestId, request } = poll;
    const { cursor, errorCount } = request;
    if (errorCount > 0)
      this.logger.warn({
        msg: `The client reports ${errorCount} SETs as wrong`,
        request_id: requestId,
        client_id: clientId,
      });
    if (cursor === undefined) return this.answerStream(poll);
    const page = await this.pageAfter(cursor === 'anew' ? undefined : cursor, poll);
    return this.answerPage(page, poll);
  }

  /** For a receiver whose position is stored here. */
  private async answerStream(poll: Poll): Promise<PollAnswer> {
    const { clientId, request } = poll;
    const stream = await this.streams.resume(clientId, request.acknowledged);
    const repeated = stream && (await this.repeat(stream, poll));
    if (repeated !== undefined) return repeated;
    const hasLostEvents = stream !== undefined && stream.outstanding.size > 0;
    const page = await this.pageAfter(hasLostEvents ? undefined : stream?.acknowledged, poll);
    const answer = await this.answerPage(page, poll);
    const outstanding = new Set(answer.sent);
    const acknowledged = page.cursorAfter(0);
    const next = { acknowledged, sent: page.cursorAfter(outstanding.size), outstanding };
    await this.streams.store(clientId, page.isRestarted ? undefined : stream, next);
    return answer;
  }

  /** Sends again what the receiver has not acknowledged; `undefined` if that is nothing, or if the log has it no more. */
  private async repeat({ acknowledged, sent, outstanding }: EventStream, poll: Poll) {
    if (outstanding.size === 0) return undefined;
    const upTo = sent.page?.upTo ?? sent.position;
    const cursor = { ...acknowledged, page: acknowledged.page ?? { upTo, after: NO_EVENT } };
    await this.reach(cursor, poll);
    const page = await this.feed.after(cursor, poll.audience);
    const events = page.events.filter(({ jti }) => outstanding.has(jti));
    if (page.isRestarted || events.length < outstanding.size) return undefined;
    return this.answerPage({ ...page, events, hasMore: true, cursorAfter: () => sent }, poll);
  }

  private async pageAfter(cursor: FeedCursor | undefined, poll: Poll): Promise<FeedPage> {
    const { arrivedAt, request, signal } = poll;
    const until = arrivedAt + request.waitMs;
    await this.reach(cursor, poll);
    if (request.waitMs > 0) await this.waiters.turn();
    for (;;) {
      const page = await this.feed.after(cursor, poll.audience);
      const hasNews = page.events.length > 0 || page.hasMore || page.isRestarted;
      if (hasNews || request.maxEvents === 0) return page;
      const isDue = performance.now() >= until - ASK_MS;
      if (isDue && page.beganAt >= until - FRESH_MS) return page;
      if (!(await this.waiters.wait(until, until - FRESH_MS, signal))) return page;
    }
  }

  /** Waits until this instance has read the log as far as a cursor that another instance has given out. */
  private async reach(cursor: FeedCursor | undefined, { arrivedAt, signal }: Poll): Promise<void> {
    if (cursor === undefined) return;
    for (let count = 0; count < MAX_READINGS; count += 1) {
      if (this.feed.hasReached(cursor) || this.feed.demandReading().beganAt >= arrivedAt) return;
      if (!(await this.waiters.wait(performance.now(), arrivedAt, signal))) break;
    }
    throw Problems.unavailable('The log of changes is not read as far as the cursor');
  }

  private async answerPage(page: FeedPage, poll: Poll): Promise<PollAnswer> {
    const { kind, reason } = this.standing.permit();
    if (kind === 'refuse') throw new NoPrimaryError(reason);
    const known = this.signed.get(page)?.get(poll.clientId);
    const fits = known && known.sent.length <= poll.request.maxEvents && known.bytes <= poll.maxBytes();
    const { head, sent } = fits ? known : await this.sign(page, poll);
    const { events, isRestarted } = page;
    const oldest = sent.length > 0 ? events[0] : undefined;
    this.metrics.sent(poll.clientId, oldest, events.length - sent.length, isRestarted);
    const text = `${head}${Math.floor(page.beganAt - poll.arrivedAt)}}`;
    return { text, sent, isRestarted };
  }

  private async sign(page: FeedPage, poll: Poll): Promise<SignedPage> {
    const { clientId, request, signal } = poll;
    const maxBytes = poll.maxBytes();
    const sets: Record<string, string> = {};
    let bytes = 0;
    for (const [index, event] of page.events.slice(0, request.maxEvents).entries()) {
      if (signal.aborted) break;
      const set = this.signer.sign(event, clientId);
      const length = set.length + event.jti.length;
      if (bytes + length > maxBytes && index > 0) break;
      bytes += length;
      sets[event.jti] = set;
      if (index % BATCH === BATCH - 1) await turn();
    }
    const sent = Object.keys(sets);
    const isWhole = sent.length === page.events.length && sent.length <= SHARED_EVENTS;
    // Another poll may have been at it at the same time.
    const known = isWhole ? this.signed.get(page)?.get(clientId) : undefined;
    if (known !== undefined) return known;
    const signed = { head: headOf(page, sets, sent.length), sent, bytes };
    if (isWhole) this.keep(page, clientId, signed);
    return signed;
  }

  private keep(page: FeedPage, clientId: string, signed: SignedPage): void {
    const ofPage =
      this.signed.get(page) ??
      new LRUCache({ maxSize: MAX_KEPT_BYTES, sizeCalculation: ({ head }) => head.length });
    ofPage.set(clientId, signed);
    this.signed.set(page, ofPage);
  }
}

function headOf(page: FeedPage, sets: Readonly<Record<string, string>>, count: number): string {
  const next = page.cursorAfter(count);
  const members = {
    sets,
    moreAvailable: page.hasMore || count < page.events.length,
    cursor: encodeCursor(next),
    restarted: page.isRestarted,
    history: next.history,
    covered_from: next.coveredFromMs / 1000,
    read_at: page.readAtMs / 1000,
  };
  return `${JSON.stringify(members).slice(0, -1)},"complete_to_ms":`;
}
