import { readCase, type ReadKey } from '../cases/read-cases.js';
import { insisting, verifyingJudge } from '../cases/verify-judge.js';
import type { World } from '../cases/world.js';
import { inLanes, type LoadScript } from '../load/script.js';
import { saturate } from '../load/saturation.js';
import { countingRedisWork } from '../stack/redis-counters.js';

export const COUNTED_CASES = ['open', 'guarded', 'warm', 'tutorial', 'database'] as const;

/** Requests, one at a time, over which Redis' work is counted. */
const SERIAL_REQUESTS = 1000;

/** What one request of a case uses, counted over many. */
export interface RequestResources {
  readonly allocatedBytes: number;
  /** The process' resident memory after the load. */
  readonly residentBytes: number;
  /** Calls by command, per request. */
  readonly redisCommands: ReadonlyMap<string, number>;
  readonly redisBytesIn: number;
  readonly redisBytesOut: number;
  /** Redis' reads from its sockets per request, one request at a time: round trips. */
  readonly redisReads: number;
}

export type Resources = Record<(typeof COUNTED_CASES)[number], RequestResources>;

export async function measureResources(world: World): Promise<Resources> {
  const results: Partial<Resources> = {};
  for (const key of COUNTED_CASES)
    results[key] = await insisting(world.discarded, () => measureCase(world, key));
  return results as Resources;
}

async function measureCase(world: World, key: ReadKey): Promise<RequestResources> {
  const { plan, server, stack } = world;
  const found = readCase(key);
  await found.prepare?.(world);
  const all = found.requests(world);
  const requests = Array.from({ length: plan.countedRequests }, (_, index) => all[index % all.length]);
  const present = requests.filter((request) => request !== undefined);
  const run = (script: LoadScript) =>
    verifyingJudge(server, found, () => saturate(server, script, { settleMs: 0, measureMs: 0 }));

  await server.startAllocations();
  await run(inLanes(present, plan.connections, true));
  const allocated = await server.stopAllocations();

  const serial = present.slice(0, SERIAL_REQUESTS);
  const work = await countingRedisWork(stack.redis, () => run(inLanes(serial, 1, true)));
  return {
    allocatedBytes: allocated / present.length,
    residentBytes: (await server.usage()).residentBytes,
    redisCommands: new Map([...work.calls].map(([name, calls]) => [name, calls / serial.length])),
    redisBytesIn: work.bytesIn / serial.length,
    redisBytesOut: work.bytesOut / serial.length,
    redisReads: work.reads / serial.length,
  };
}
