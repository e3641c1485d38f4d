import { join } from 'node:path';
import { makeTemporaryDirectory } from '../support/temporary-directory.js';
import type { Scene } from './drill.js';
import type { House } from './house.js';
import { INCIDENTS, type Incident } from './incidents.js';
import { SeededRandom } from './seeded-random.js';

const MAX_OFFSET_MS = 400;

/** Whether the design promises anything for both at the same time. */
const isPromised = (one: Incident, other: Incident): boolean =>
  one.place !== other.place && one.place !== 'database' && other.place !== 'database';

interface PlannedIncident {
  readonly incident: Incident;
  readonly offsetMs: number;
  readonly lengthMs: number;
  readonly random: SeededRandom;
}

interface Round {
  readonly planned: readonly PlannedIncident[];
  /** Whether the next round waits until the house has recovered from this one. */
  readonly recovers: boolean;
}

/** Incidents at random, up to two at a time. What comes when depends on the seed alone, not on what the load does. */
export class Composition {
  private readonly random: SeededRandom;
  /** What was played, for people. */
  readonly played: string[] = [];

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** @returns when the last incident was mended */
  async play(scene: Scene<House>, durationMs: number): Promise<number> {
    const { house, promise } = scene;
    const rdb = join(await makeTemporaryDirectory('rdb'), 'old.rdb');
    await house.redis.save(rdb);
    const until = performance.now() + durationMs;
    while (performance.now() < until) {
      const from = performance.now();
      const { planned, recovers } = this.nextRound();
      this.played.push(planned.map(({ incident }) => incident.name).join(' + '));
      await Promise.all(planned.map((each) => this.playOne(scene, each, rdb)));
      if (recovers) await house.recovered();
      const span = { from, to: performance.now() };
      const allowances = planned.flatMap(({ incident }) => incident.forgives ?? []);
      for (const allowance of allowances) promise[allowance].push(span);
    }
    return performance.now();
  }

  private nextRound(): Round {
    const [first, second] = this.random.shuffled(INCIDENTS) as [Incident, Incident];
    const isDouble = this.random.next() < 0.5 && isPromised(first, second);
    const incidents = isDouble ? [first, second] : [first];
    // PostgreSQL and instances come back to a whole house; Redis to whatever is there.
    const breaksAnswers = incidents.some(({ place }) => place === 'database' || place === 'instance');
    const recovers = this.random.next() < 0.5 || breaksAnswers;
    return { planned: incidents.map((incident) => this.plan(incident)), recovers };
  }

  private plan(incident: Incident): PlannedIncident {
    return {
      incident,
      offsetMs: this.random.between(0, MAX_OFFSET_MS),
      lengthMs: this.random.between(200, 2000),
      random: new SeededRandom(this.random.between(0, 2 ** 31)),
    };
  }

  private async playOne(
    scene: Scene<House>,
    { incident, offsetMs, lengthMs, random }: PlannedIncident,
    rdb: string,
  ): Promise<void> {
    await scene.load.lasts(offsetMs);
    await incident.play(scene, { lengthMs, rdb, random });
  }
}
