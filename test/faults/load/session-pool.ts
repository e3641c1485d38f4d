import type { TestSession, TestUser } from './population.js';
import type { SeededRandom } from './seeded-random.js';

/** The sessions that a load uses. The checker relies on the history alone. */
export class SessionPool {
  private readonly live: TestSession[] = [];
  private readonly ended: TestSession[] = [];

  constructor(private readonly random: SeededRandom) {}

  get liveCount(): number {
    return this.live.length;
  }

  get liveSessions(): readonly TestSession[] {
    return this.live;
  }

  get endedSessions(): readonly TestSession[] {
    return this.ended;
  }

  add(...sessions: TestSession[]): void {
    this.live.push(...sessions);
  }

  pickLive(): TestSession | undefined {
    return this.random.pick(this.live);
  }

  pickEnded(): TestSession | undefined {
    return this.random.pick(this.ended);
  }

  pickLiveOf(user: TestUser): TestSession | undefined {
    return this.random.pick(this.live.filter((session) => session.user === user));
  }

  /** Takes one out, to end it. It goes on as an ended one, whatever becomes of the request. */
  end(session: TestSession): void {
    const index = this.live.indexOf(session);
    if (index < 0) return;
    this.live.splice(index, 1);
    this.ended.push(session);
  }

  /** The same with all of a user. @returns those */
  endAllOf(user: TestUser): TestSession[] {
    const sessions = this.live.filter((session) => session.user === user);
    for (const session of sessions) this.end(session);
    return sessions;
  }

  /** Takes all out. @returns every session, also those that had ended */
  endEverything(): readonly TestSession[] {
    this.ended.push(...this.live.splice(0));
    return [...this.ended];
  }

  /** Every session of a user, also those that have ended or are about to end by another request. */
  allOf(user: TestUser): TestSession[] {
    return [...this.live, ...this.ended].filter((session) => session.user === user);
  }
}
