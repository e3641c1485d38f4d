import type { World } from '../cases/world.js';
import type { Plan } from '../plan.js';
import { Population } from '../population/population.js';
import type { Stack } from '../stack/stack.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { type Growth, measureGrowth } from './growth.js';
import { type Hashing, measureHashing } from './hashing.js';
import { measurePacedLatency, type PacedKey } from './paced-latency.js';
import { measureRedisMemory, type RedisMemory } from './redis-memory.js';
import { measureResources, type Resources } from './resources.js';
import { measureThroughput, type Throughput } from './throughput.js';

export interface Findings {
  /** Why measurements were thrown away and repeated. */
  discarded: readonly string[];
  /** Resident memory of the server before its first request. */
  idleResidentBytes: number;
  resources: Resources;
  throughput: Throughput;
  pacedLatency: Record<PacedKey, LatencySummary[]>;
  hashing: Hashing;
  redisMemory: RedisMemory;
  growth: Growth;
}

const SESSIONS_EACH = 3;

/** All measurements, one after the other: first on one server with a middling population, then on one that grows. */
export async function measureEverything(
  stack: Stack,
  plan: Plan,
  tell: (line: string) => void,
): Promise<Findings> {
  const discarded: string[] = [];
  const withWorld = <T>(measure: (world: World) => Promise<T>) => inWorld(stack, plan, discarded, measure);
  const findings = await withWorld(async (world) => {
    const idleResidentBytes = (await world.server.usage()).residentBytes;
    tell(`${plan.users} users with ${SESSIONS_EACH} sessions each`);
    await world.population.growTo(plan.users, SESSIONS_EACH);
    tell('throughput at saturation');
    const throughput = await measureThroughput(world);
    tell('resources per request');
    const resources = await measureResources(world);
    tell('latency at a fixed rate');
    const pacedLatency = await measurePacedLatency(world);
    tell('latency while passwords are hashed');
    const hashing = await measureHashing(world);
    tell('memory of Redis');
    const redisMemory = await measureRedisMemory(world);
    return { idleResidentBytes, resources, throughput, pacedLatency, hashing, redisMemory };
  });
  tell(`growth to ${plan.growth.at(-1) ?? 0} users`);
  return { ...findings, growth: await withWorld(measureGrowth), discarded };
}

/** Gives the measurement a server and an empty database of its own. */
async function inWorld<T>(
  stack: Stack,
  plan: Plan,
  discarded: string[],
  measure: (world: World) => Promise<T>,
): Promise<T> {
  const { server, database } = await stack.startServer();
  try {
    return await measure({ stack, plan, server, population: new Population(database), discarded });
  } finally {
    await server.stop();
    await database.end();
  }
}
