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

/** Latency of warm requests at a fixed rate, without logins and while logins keep the password hasher busy. */
export function measureHashing(world: World): Promise<Hashing> {
  const { plan, server } = world;
  const warm = readCase('warm');
  return inTurns(['quiet', 'hashing'] as const, { rounds: plan.rounds, warmUpRounds: 0 }, async (key) => {
    await warm.prepare?.(world);
    const stopLogins = key === 'hashing' ? await startLogins(world) : undefined;
    try {
      return await pace(server, warm.requests(world), {
        requestsPerSecond: plan.pacedRequestsPerSecond,
        durationMs: plan.hashingMs,
        settleMs: plan.settleMs,
      });
    } finally {
      await stopLogins?.();
    }
  });
}

/** @returns what ends the logins, and throws when one of them failed or there was none */
async function startLogins({ population, server }: World): Promise<() => Promise<void>> {
  const seats = await population.freshSeats(LOGIN_CONNECTIONS);
  const connections = seats.map(({ person }) => loggingIn(person).script);
  const cannon = new Cannon(server, { connections, once: false });
  return () => cannon.cease();
}
