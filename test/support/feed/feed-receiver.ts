import { createLocalJWKSet, type JWK, jwtVerify, type JWTPayload } from 'jose';

/** An answer of the feed, or a refusal with its status. */
export interface FeedAnswer {
  sets: Record<string, string>;
  moreAvailable: boolean;
  cursor: string;
  restarted: boolean;
  history: string;
  covered_from: number;
  read_at: number;
  complete_to_ms: number;
}

export interface PollBody {
  cursor?: string;
  waitMs?: number;
  maxEvents?: number;
  returnImmediately?: boolean;
  ack?: string[];
  setErrs?: Record<string, unknown>;
}

const CATCH_UP_MS = 40_000;

/** Sends a poll and gives its answer. */
export type SendPoll = (body: PollBody) => Promise<{ status: number; body: unknown }>;

/** Follows the feed by cursors, through one instance or several. */
export class FeedReceiver {
  /** What was received, in its order. */
  readonly jtis: string[] = [];
  readonly sets = new Map<string, string>();
  cursor = '';
  restarts = 0;

  constructor(private readonly send: SendPoll) {}

  /** One poll from where the receiver is. @throws Error unless it is answered with 200 */
  async poll(body: PollBody = {}, send = this.send): Promise<FeedAnswer> {
    const { status, body: received } = await send({ cursor: this.cursor, waitMs: 0, ...body });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(received)}`);
    const answer = received as FeedAnswer;
    this.cursor = answer.cursor;
    if (answer.restarted) this.restarts += 1;
    for (const [jti, set] of Object.entries(answer.sets)) {
      this.jtis.push(jti);
      this.sets.set(jti, set);
    }
    return answer;
  }

  /** Polls until this many SETs were received. @throws Error when that takes longer than 10 s */
  async receive(count: number, body: PollBody = {}): Promise<void> {
    const until = performance.now() + 10_000;
    while (this.jtis.length < count) {
      if (performance.now() > until) throw new Error(`received ${this.jtis.length} of ${count} SETs`);
      await this.poll({ waitMs: 1000, ...body });
    }
  }

  /** Polls until nothing is left. @returns the last answer */
  async drain(body: PollBody = {}): Promise<FeedAnswer> {
    for (;;) {
      const answer = await this.poll(body);
      if (!answer.moreAvailable && Object.keys(answer.sets).length === 0) return answer;
    }
  }

  /**
   * Polls until everything is here that was committed before: an instance that stalls answers with an earlier reading of the log.
   * @returns the last answer, which is empty
   */
  async catchUp(): Promise<FeedAnswer> {
    const until = performance.now() + CATCH_UP_MS;
    for (;;) {
      const answer = await this.drain({ waitMs: 300 });
      if (answer.complete_to_ms >= 0) return answer;
      if (performance.now() > until) throw new Error(`complete to ${answer.complete_to_ms} ms only`);
    }
  }
}

/** A SET's claims as the client may rely on them. @throws Error of jose when it does not verify */
export async function verifiedEvent(
  set: string,
  jwks: { keys: JWK[] },
  expected: { issuer: string; audience: string },
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(set, createLocalJWKSet(jwks), {
    ...expected,
    typ: 'secevent+jwt',
  });
  return payload;
}
