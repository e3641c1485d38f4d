import { setImmediate, setTimeout } from 'node:timers/promises';
import { SYSTEM_CLOCK } from '../src/clock.js';
import type { Verifier, VerifierError, VerifierOptions } from '../src/index.js';
import { createVerifierWithClock } from '../src/create-verifier.js';
import { Exchange } from './exchange.js';
import { CLIENT, makeKey, type Session, TestIssuer } from './test-issuer.js';
import { START_SECONDS, VirtualClock } from './virtual-clock.js';

const LIMIT_MS = 10_000;
const key = makeKey();

/** A verifier and an issuer that are joined by a network and a clock which the test controls. */
export class VirtualWorld {
  readonly clock = new VirtualClock();
  readonly errors: string[] = [];
  issuer!: TestIssuer;
  verifier!: Verifier;
  exchanges: Exchange[] = [];
  /** Where requests were sent to. */
  readonly origins = new Set<string>();
  /** Of the issuer's clock against the receiver's wall clock. */
  issuerAheadSeconds = 0;
  answersKeys = true;
  /** Every connection to the issuer is cut. */
  isAway = false;
  private hasKeys = false;
  private readonly begin = this.clock.monotonic;

  static async create(
    options: Partial<VerifierOptions> = {},
    prepare: (issuer: TestIssuer, world: VirtualWorld) => void | Promise<void> = () => undefined,
  ): Promise<VirtualWorld> {
    const world = new VirtualWorld();
    world.issuer = await TestIssuer.at('https://auth.test', () => world.issuerSeconds, [await key]);
    await prepare(world.issuer, world);
    const created = createVerifierWithClock(
      {
        issuer: world.issuer.url,
        ...CLIENT,
        fetch: world.fetch,
        onError: ({ message }) => world.errors.push(message),
        ...options,
      },
      world.clock,
    );
    world.verifier = await world.serveUntil(created);
    return world;
  }

  /** A world whose verifier follows the feed. */
  static async createFresh(...args: Parameters<typeof VirtualWorld.create>): Promise<VirtualWorld> {
    const world = await VirtualWorld.create(...args);
    await world.untilFresh();
    return world;
  }

  /** The issuer's time, whatever happens to the receiver's wall clock. */
  get issuerSeconds(): number {
    return START_SECONDS + (this.clock.monotonic - this.begin) / 1000 + this.issuerAheadSeconds;
  }

  /** A login whose token the verifier has accepted. */
  async verifiedLogIn() {
    const login = await this.issuer.logIn();
    await this.verify(login.token);
    return login;
  }

  /** Revokes the session, and lets time pass. */
  async revoke(session: Session, runMs: number): Promise<void> {
    this.issuer.revoke(session);
    await this.run(runMs);
  }

  /** Changes the user, and lets time pass. */
  async change(sub: string, changes: Parameters<TestIssuer['change']>[1], runMs: number): Promise<void> {
    this.issuer.change(sub, changes);
    await this.run(runMs);
  }

  /** Another database takes over, whose clock is ahead of the receiver's by this. */
  failOver(aheadSeconds = 0): void {
    const latestSeconds = this.issuerSeconds;
    this.issuerAheadSeconds = aheadSeconds;
    this.issuer.failOver(latestSeconds);
  }

  /** Serves every request but polls at once until the promise is settled. */
  async serveUntil<T>(promise: Promise<T>): Promise<T> {
    const state = { isSettled: false };
    const end = () => (state.isSettled = true);
    promise.then(end, end);
    const deadline = SYSTEM_CLOCK.monotonicMs() + LIMIT_MS;
    while (!state.isSettled && SYSTEM_CLOCK.monotonicMs() < deadline) {
      await this.serve((exchange) => exchange.poll === undefined);
      await setImmediate();
    }
    if (!state.isSettled) throw new Error('the promise was not settled');
    return promise;
  }

  /** Lets time pass in small steps in a healthy network. */
  async run(ms: number, stepMs = 20): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.pass(stepMs);
      this.clock.runDue();
      await setImmediate();
      await this.serve();
    }
  }

  /** Lets much time pass, which does nothing but pass. */
  async skip(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 60_000) {
      this.clock.pass(Math.min(left, 60_000));
      await this.run(40);
      await this.untilFresh();
    }
  }

  /** Until the verifier follows the feed, and waits for what comes next: between two polls it may pause. */
  async untilFresh(): Promise<void> {
    const isPolling = () => this.exchanges.some(({ poll }) => poll !== undefined);
    await this.runUntil(() => this.verifier.status().fresh && isPolling());
    if (!this.verifier.status().fresh) throw new Error(`not fresh: ${this.errors.join(', ')}`);
  }

  /**
   * Lets time pass in a healthy network until the condition holds, for 10 s of real time at most. Signatures are
   * verified by other threads in real time, so the virtual clock waits for them with each step.
   */
  private async runUntil(holds: () => boolean): Promise<void> {
    const deadline = SYSTEM_CLOCK.monotonicMs() + LIMIT_MS;
    while (!holds() && SYSTEM_CLOCK.monotonicMs() < deadline) {
      await this.run(20);
      if (!holds()) await setTimeout(2);
    }
  }

  /** The principal, or the error's code. Introspection and keys are served; polls are not. */
  async verify(token: string): Promise<string | { sub: string; role: string }> {
    return this.serveUntil(this.outcome(token));
  }

  /** As `verify`, while time passes in a healthy network. */
  async verifyMeanwhile(token: string): Promise<unknown> {
    let outcome: unknown;
    void this.outcome(token).then((found) => (outcome = found));
    await this.runUntil(() => outcome !== undefined);
    return outcome;
  }

  outcome(token: string): Promise<string | { sub: string; role: string }> {
    return this.verifier.verify(token).catch((error: unknown) => (error as VerifierError).code);
  }

  /** Answers and delivers what is due: an empty poll only after its wait. */
  async serve(selects: (exchange: Exchange) => boolean = () => true): Promise<void> {
    for (const exchange of this.exchanges.filter(selects)) {
      if (this.isAway) {
        await this.deliver(exchange, 'cut');
        continue;
      }
      const { poll, sentMs } = exchange;
      const isDue =
        poll === undefined ||
        poll.cursor === '' ||
        this.issuer.hasRowsAfter(poll.cursor) ||
        this.clock.monotonic - sentMs >= poll.waitMs;
      if (!isDue) continue;
      await this.answer(exchange);
      await this.deliver(exchange);
    }
  }

  /** Delivers the answer, or the loss of the connection. After a poll, waits until the verifier has applied it. */
  async deliver(exchange: Exchange, how: 'deliver' | 'cut' = 'deliver'): Promise<void> {
    const before = this.clock.timersSet;
    exchange[how]();
    const deadline = SYSTEM_CLOCK.monotonicMs() + LIMIT_MS;
    this.hasKeys ||= how === 'deliver' && exchange.path.endsWith('jwks.json');
    // Afterwards the verifier waits for its next request. Without keys it waits for them first.
    const isApplied = () => exchange.poll === undefined || this.clock.timersSet > before || !this.hasKeys;
    do await setImmediate();
    while (!isApplied() && SYSTEM_CLOCK.monotonicMs() < deadline);
    if (!isApplied()) throw new Error('the verifier did not react to the answer');
  }

  async answer(exchange: Exchange): Promise<void> {
    if (exchange.isAnswered) return;
    if (!this.answersKeys && exchange.path.endsWith('jwks.json')) {
      exchange.answer(503, {});
      return;
    }
    const { path, authorization, body, sentMs } = exchange;
    const sinceArrivalMs = this.clock.monotonic - sentMs;
    const { status, body: reply } = await this.issuer.answer(path, authorization, body, sinceArrivalMs);
    exchange.answer(status, reply);
  }

  /** The request to this path, as soon as the verifier has sent it. */
  async exchangeOf(path: string): Promise<Exchange> {
    const [exchange] = await this.exchangesOf(path, 1);
    return exchange!;
  }

  /** The requests to this path, as soon as the verifier has sent so many. */
  async exchangesOf(path: string, count: number): Promise<Exchange[]> {
    const deadline = SYSTEM_CLOCK.monotonicMs() + LIMIT_MS;
    while (SYSTEM_CLOCK.monotonicMs() < deadline) {
      const found = this.exchanges.filter((exchange) => exchange.path === path);
      if (found.length >= count) return found;
      await setImmediate();
    }
    throw new Error(`not ${count} requests to ${path}`);
  }

  close(): Promise<void> {
    return this.verifier.close();
  }

  private readonly fetch = ((url: string, init: RequestInit & { body?: string }) =>
    new Promise<Response>((resolve, reject) => {
      const remove = () => (this.exchanges = this.exchanges.filter((each) => each !== exchange));
      const settle = {
        resolve(response: Response) {
          remove();
          resolve(response);
        },
        reject(error: Error) {
          remove();
          reject(error);
        },
      };
      const authorization = new Headers(init.headers).get('authorization') ?? undefined;
      const { origin, pathname } = new URL(url);
      this.origins.add(origin);
      const exchange = new Exchange(pathname, init.body ?? '', authorization, this.clock.monotonic, settle);
      init.signal?.addEventListener('abort', () => settle.reject(init.signal?.reason as Error));
      this.exchanges.push(exchange);
    })) as typeof fetch;
}
