import { join } from 'node:path';
import { makeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import { allow, type FaultContext } from '../run-fault.js';
import type { Deployment } from '../deployment/deployment.js';
import { INJECTIONS, type FaultInjection } from './fault-injections.js';
import { SeededRandom } from '../load/seeded-random.js';

const MAX_OFFSET_MS = 400;

/** Targets of which two may fail at the same time. */
const PROMISED_TOGETHER: readonly (readonly [FaultInjection['target'], FaultInjection['target']])[] = [
  ['redis', 'links'],
  ['redis', 'instance'],
  ['links', 'instance'],
  ['database-link', 'instance'],
];

/** Whether the design promises anything for both at the same time. */
const isPromised = ({ target: one }: FaultInjection, { target: other }: FaultInjection): boolean =>
  PROMISED_TOGETHER.some((pair) => one !== other && pair.includes(one) && pair.includes(other));

interface PlannedInjection {
  readonly injection: FaultInjection;
  readonly offsetMs: number;
  readonly lengthMs: number;
  readonly random: SeededRandom;
}

interface Round {
  readonly planned: readonly PlannedInjection[];
  /** Whether the next round waits until the deployment has recovered from this one. */
  readonly recovers: boolean;
}

/** Injections at random, up to two at a time. What comes when depends on the seed alone, not on what the load does. */
export class InjectionSequence {
  private readonly random: SeededRandom;
  /** What was done, for people. */
  readonly done: string[] = [];

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** @returns when the last injection had ended */
  async run(context: FaultContext<Deployment>, durationMs: number): Promise<number> {
    const { deployment, promise } = context;
    const rdb = join(await makeTemporaryDirectory('rdb'), 'old.rdb');
    await deployment.redis.save(rdb);
    const until = performance.now() + durationMs;
    while (performance.now() < until) {
      const from = performance.now();
      const { planned, recovers } = this.nextRound();
      this.done.push(planned.map(({ injection }) => injection.name).join(' + '));
      await Promise.all(planned.map((each) => this.runOne(context, each, rdb)));
      if (recovers) await deployment.recovered();
      const span = { from, to: performance.now() };
      const allowances = planned.flatMap(({ injection }) => injection.allows ?? []);
      for (const allowance of allowances) allow(promise, allowance, span);
    }
    return performance.now();
  }

  private nextRound(): Round {
    const [first, second] = this.random.shuffled(INJECTIONS) as [FaultInjection, FaultInjection];
    const isDouble = this.random.next() < 0.5 && isPromised(first, second);
    const injections = isDouble ? [first, second] : [first];
    // PostgreSQL and instances come back to a whole deployment; Redis to whatever is there.
    const breaksAnswers = injections.some(({ target }) => target !== 'redis' && target !== 'links');
    const recovers = this.random.next() < 0.5 || breaksAnswers;
    return { planned: injections.map((injection) => this.plan(injection)), recovers };
  }

  private plan(injection: FaultInjection): PlannedInjection {
    return {
      injection,
      offsetMs: this.random.between(0, MAX_OFFSET_MS),
      lengthMs: this.random.between(200, 2000),
      random: new SeededRandom(this.random.between(0, 2 ** 31)),
    };
  }

  private async runOne(
    context: FaultContext<Deployment>,
    { injection, offsetMs, lengthMs, random }: PlannedInjection,
    rdb: string,
  ): Promise<void> {
    await context.load.continueFor(offsetMs);
    await injection.run(context, { lengthMs, rdb, random });
  }
}
