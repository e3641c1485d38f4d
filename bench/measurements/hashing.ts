import { setTimeout as sleep } from 'node:timers/promises';
import { readCase } from '../cases/read-cases.js';
import { loggingIn } from '../cases/write-cases.js';
import type { World } from '../cases/world.js';
import { Cannon } from '../load/cannon.js';
import { pace } from '../load/pace.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { inTurns } from './rounds.js';

/** Enough that the password hasher is never without work. */
const LOGIN_CONNECTIONS = 8;

export type Hashing = Record<'quiet' | 'hashing', LatencySummary[]>;

/**
 * Latency of warm requests at a fixed rate, without logins and while logins keep the password hasher busy. Logins are rare,
 * so V8 compiles their code late, and on the core of the requests: they run for a while before anything is measured.
 */
export async function measureHashing(world: World): Promise<Hashing> {
  const { plan, server } = world;
  const warm = readCase('warm');
  await warm.prepare?.(world);
  await amidLogins(world, () => sleep(plan.loginWarmUpMs));
  const measure = (): Promise<LatencySummary> =>
    pace(server, warm.requests(world), {
      requestsPerSecond: plan.pacedRequestsPerSecond,
      durationMs: plan.hashingMs,
      settleMs: plan.settleMs,
    });
  return inTurns(['quiet', 'hashing'] as const, { rounds: plan.hashingRounds, warmUpRounds: 0 }, (key) =>
    key === 'quiet' ? measure() : amidLogins(world, measure),
  );
}

/** @throws Error when a login failed, or there was none */
async function amidLogins<T>(world: World, work: () => Promise<T>): Promise<T> {
  const cannon = new Cannon(world.server, {
    connections: loggingIn(world, LOGIN_CONNECTIONS),
    once: false,
  });
  try {
    return await work();
  } finally {
    await cannon.cease();
  }
}
