import { setTimeout as pause } from 'node:timers/promises';
import { type LoadParts, LoadSteps } from './load-steps.js';

/** How many requests go on at once: readers only read, so that a frozen PostgreSQL does not occupy all. */
const READERS = 5;
const WRITERS = 5;
/** Pause of a worker between two steps: the machine is to be busy, not jammed. */
const MAX_PAUSE_MS = 10;
const SWEPT = { live: 30, ended: 80 };

type Step = [weight: number, run: () => Promise<unknown>];

export interface LoadOptions {
  /** Whether clients log in and change passwords; they do by default. */
  readonly logsIn?: boolean;
  /** Whether the load ends everybody's sessions now and then, those of the fault too; it does not by default. */
  readonly endsEverybody?: boolean;
}

/** Goes on asking instances at random, like many clients at once, until it is stopped. */
export class Load {
  private running: Promise<void>[] = [];
  private isStopping = false;
  private readonly reading: Step[];
  private readonly everything: Step[];

  constructor(
    private readonly parts: LoadParts,
    { logsIn = true, endsEverybody = false }: LoadOptions = {},
  ) {
    const { pool } = parts;
    const steps = new LoadSteps(parts);
    this.reading = [
      [44, () => steps.read(pool.pickLive())],
      [8, () => steps.read(pool.pickLive(), 'sessions')],
      [10, () => steps.read(pool.pickLive(), 'check')],
      [8, () => steps.introspect(pool.pickLive())],
      [16, () => steps.read(pool.pickEnded())],
      [2, () => steps.read(pool.pickEnded(), 'sessions')],
      [5, () => steps.read(pool.pickEnded(), 'check')],
      [5, () => steps.introspect(pool.pickEnded())],
      [2, () => steps.useClient()],
    ];
    this.everything = [
      ...this.reading,
      [12, () => steps.logOut()],
      [2, () => steps.logOutTwice()],
      [8, () => steps.revoke()],
      [4, () => steps.revokeByAdministrator()],
      [2, () => steps.revokeBySql()],
      [8, () => steps.refresh()],
      [2, () => steps.presentStale()],
      [logsIn ? 2 : 0, () => steps.logIn()],
      [5, () => steps.changeRole()],
      [0.4, () => steps.deactivate()],
      [0.3, () => steps.endAll()],
      [0.4, () => steps.erase()],
      [endsEverybody ? 1 : 0, () => steps.endEverybody()],
      [0.4, () => steps.endClient()],
      [logsIn ? 0.6 : 0, () => steps.passwords.change()],
      [logsIn ? 0.4 : 0, () => steps.passwords.recover()],
      [3, () => steps.watch()],
    ];
  }

  start(): void {
    this.isStopping = false;
    this.running = [
      ...Array.from({ length: READERS }, () => this.work(this.reading)),
      ...Array.from({ length: WRITERS }, () => this.work(this.everything)),
    ];
  }

  /** Lets it go on for so long. */
  async continueFor(durationMs: number): Promise<void> {
    await pause(durationMs);
  }

  /** Returns when the last answer is there. It can be started again. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running);
  }

  /** Presents many tokens, ended ones and others, to every instance once more. */
  async sweep(): Promise<void> {
    const { random, pool, instances, client } = this.parts;
    const live = random.shuffled(pool.liveSessions).slice(0, SWEPT.live);
    const ended = random.shuffled(pool.endedSessions).slice(0, SWEPT.ended);
    const left = [...ended, ...live].flatMap((session) =>
      instances.map((instance) => ({ instance, session })),
    );
    const sweepers = Array.from({ length: READERS + WRITERS }, async () => {
      for (let next = left.pop(); next; next = left.pop()) await client.read(next.instance, next.session);
    });
    await Promise.all(sweepers);
  }

  private async work(steps: readonly Step[]): Promise<void> {
    const { random } = this.parts;
    const total = steps.reduce((sum, [weight]) => sum + weight, 0);
    while (!this.isStopping) {
      let point = random.next() * total;
      const [, step] = steps.find(([weight]) => (point -= weight) < 0) ?? steps[0]!;
      await step();
      await pause(random.next() * MAX_PAUSE_MS);
    }
  }
}
