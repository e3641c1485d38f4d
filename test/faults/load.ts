import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../support/wait-for.js';
import { isAcknowledged } from './history.js';
import type { Instance } from './instance.js';
import { INITIAL_ROLE, type TestSession, type TestUser } from './population.js';
import type { RecordingClient } from './recording-client.js';
import type { SeededRandom } from './seeded-random.js';
import { SessionPool } from './session-pool.js';

/** How many requests go on at once: readers only read, so that a frozen PostgreSQL does not occupy all. */
const READERS = 5;
const WRITERS = 5;
/** Pause of a worker between two steps: the machine is to be busy, not jammed. */
const MAX_PAUSE_MS = 10;
/** Below so many live sessions the load ends no more of them. */
const FEWEST_SESSIONS = 60;
const SWEPT = { live: 30, ended: 80 };

type Step = () => Promise<unknown>;

/** Goes on asking instances at random, like many clients at once, until it is stopped. */
export class Load {
  readonly pool: SessionPool;
  private running: Promise<void>[] = [];
  private isStopping = false;
  private readonly reading: [number, Step][];
  private readonly everything: [number, Step][];

  constructor(
    private readonly instances: readonly Instance[],
    private readonly client: RecordingClient,
    private readonly users: readonly TestUser[],
    sessions: readonly TestSession[],
    private readonly random: SeededRandom,
  ) {
    this.pool = new SessionPool(random);
    this.pool.add(...sessions);
    this.reading = [
      [60, () => this.read(this.pool.pickLive())],
      [12, () => this.read(this.pool.pickLive(), 'sessions')],
      [25, () => this.read(this.pool.pickEnded())],
      [3, () => this.read(this.pool.pickEnded(), 'sessions')],
    ];
    this.everything = [
      ...this.reading,
      [12, () => this.logOut()],
      [2, () => this.logOutTwice()],
      [8, () => this.revoke()],
      [8, () => this.refresh()],
      [2, () => this.presentStale()],
      [2, () => this.logIn()],
      [4, () => this.changeRole()],
      [0.4, () => this.deactivate()],
      [0.3, () => this.endAll()],
    ];
  }

  start(): void {
    this.running = [
      ...Array.from({ length: READERS }, () => this.work(this.reading)),
      ...Array.from({ length: WRITERS }, () => this.work(this.everything)),
    ];
  }

  /** Lets it go on for so long. */
  async lasts(durationMs: number): Promise<void> {
    const until = performance.now() + durationMs;
    await waitFor(() => performance.now() >= until, { what: 'the load', timeoutMs: durationMs + 1000 });
  }

  /** Returns when the last answer is there. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running);
  }

  /** Presents many tokens, ended ones and others, to every instance once more. */
  async sweep(): Promise<void> {
    const live = this.random.shuffled(this.pool.liveSessions).slice(0, SWEPT.live);
    const ended = this.random.shuffled(this.pool.endedSessions).slice(0, SWEPT.ended);
    const left = [...ended, ...live].flatMap((session) =>
      this.instances.map((instance) => ({ instance, session })),
    );
    const sweepers = Array.from({ length: READERS + WRITERS }, async () => {
      for (let next = left.pop(); next; next = left.pop())
        await this.client.read(next.instance, next.session);
    });
    await Promise.all(sweepers);
  }

  private async work(steps: readonly [number, Step][]): Promise<void> {
    const total = steps.reduce((sum, [weight]) => sum + weight, 0);
    while (!this.isStopping) {
      let point = this.random.next() * total;
      const [, step] = steps.find(([weight]) => (point -= weight) < 0) ?? steps[0]!;
      await step();
      await pause(this.random.next() * MAX_PAUSE_MS);
    }
  }

  private any(): Instance {
    return this.random.pick(this.instances)!;
  }

  private async read(session: TestSession | undefined, kind: 'me' | 'sessions' = 'me'): Promise<void> {
    if (session) await this.client.read(this.any(), session, kind);
  }

  private async logOut(): Promise<void> {
    const session = this.toEnd();
    if (!session) return;
    await this.client.logout(this.any(), session);
    await this.probe(session);
  }

  /** An impatient client, or one that repeats what it got no answer to: each answer counts. */
  private async logOutTwice(): Promise<void> {
    const session = this.toEnd();
    if (!session) return;
    const once = async () => {
      await this.client.logout(this.any(), session);
      await this.probe(session);
    };
    await Promise.all([once(), once()]);
  }

  private async revoke(): Promise<void> {
    const target = this.toEnd();
    const by = target && this.pool.pickLiveOf(target.user);
    if (!target || !by) return;
    await this.client.revoke(this.any(), by, target);
    await this.probe(target);
  }

  private async refresh(): Promise<void> {
    const session = this.pool.pickLive();
    if (!session?.refresh || session.isRefreshing) return;
    session.isRefreshing = true;
    const before = session.refresh;
    const first = await this.client.refresh(this.any(), session);
    if (session.refresh) await this.client.refresh(this.any(), session);
    if (isAcknowledged(first) && session.refresh) session.stale = before;
    session.isRefreshing = false;
  }

  private async presentStale(): Promise<void> {
    const session = this.pool.liveSessions.find(({ stale, isRefreshing }) => stale && !isRefreshing);
    if (!session || this.pool.liveCount < FEWEST_SESSIONS) return;
    this.pool.end(session);
    await this.client.presentStale(this.any(), session);
    await this.probe(session);
  }

  private async logIn(): Promise<void> {
    const user = this.random.pick(this.users);
    const session = user && (await this.client.login(this.any(), user));
    if (session) this.pool.add(session);
  }

  private async changeRole(): Promise<void> {
    await this.aloneWith(async (user) => {
      const role = user.role === INITIAL_ROLE ? 'researcher' : INITIAL_ROLE;
      const done = await this.client.setRole(this.any(), user, role);
      if (isAcknowledged(done)) user.role = role;
      const session = this.pool.pickLiveOf(user);
      if (session) await Promise.all(this.instances.map((instance) => this.client.read(instance, session)));
    });
  }

  private async deactivate(): Promise<void> {
    await this.aloneWith(async (user) => {
      if (this.pool.liveCount < FEWEST_SESSIONS) return;
      const ended = this.pool.endAllOf(user);
      await this.client.setActive(this.any(), user, false, ended);
      await Promise.all(ended.slice(0, 3).map((session) => this.probe(session)));
      await this.client.setActive(this.any(), user, true, []);
    });
  }

  private async endAll(): Promise<void> {
    const user = this.random.pick(this.users);
    if (!user || this.pool.liveCount < FEWEST_SESSIONS) return;
    const ended = this.pool.endAllOf(user);
    await this.client.endAll(this.any(), user, ended);
    await Promise.all(ended.slice(0, 3).map((session) => this.probe(session)));
  }

  private toEnd(): TestSession | undefined {
    const session = this.pool.liveCount < FEWEST_SESSIONS ? undefined : this.pool.pickLive();
    if (session) this.pool.end(session);
    return session;
  }

  /** Presents a token that has just been revoked to all instances at once. */
  private async probe(session: TestSession): Promise<void> {
    await Promise.all(this.instances.map((instance) => this.client.read(instance, session)));
  }

  private async aloneWith(change: (user: TestUser) => Promise<void>): Promise<void> {
    const user = this.random.pick(this.users);
    if (!user || user.isBeingChanged) return;
    user.isBeingChanged = true;
    await change(user);
    user.isBeingChanged = false;
  }
}
