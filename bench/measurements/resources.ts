import type { BenchContext } from '../cases/bench-context.js';
import { readCase, type ReadKey } from '../cases/read-cases.js';
import { repeatOnWrongSource, verifySource } from '../cases/verdict-source.js';
import { runToEnd } from '../load/closed-loop.js';
import { type LoadScript, readScript } from '../load/script.js';
import { countRedisUsage } from '../stack/redis-counters.js';

export const COUNTED_CASES = ['open', 'guarded', 'warm', 'tutorial', 'database'] as const;

/** Requests over which the Redis commands are counted, sent one at a time. */
const SERIAL_REQUESTS = 1000;

/** Averages per request. */
export interface RequestResources {
  readonly allocatedBytes: number;
  /** The server's resident memory after the load. */
  readonly residentBytes: number;
  /** Calls by command, per request. */
  readonly redisCommands: ReadonlyMap<string, number>;
  readonly redisBytesIn: number;
  readonly redisBytesOut: number;
  /** Redis' reads from its sockets. With one request at a time, these are round trips. */
  readonly redisReads: number;
}

export type Resources = Record<(typeof COUNTED_CASES)[number], RequestResources>;

export async function measureResources(context: BenchContext): Promise<Resources> {
  const results: Partial<Resources> = {};
  for (const key of COUNTED_CASES)
    results[key] = await repeatOnWrongSource(context.discarded, () => measureCase(context, key));
  return results as Resources;
}

async function measureCase(context: BenchContext, key: ReadKey): Promise<RequestResources> {
  const { plan, server, stack } = context;
  const found = readCase(key);
  await found.prepare?.(context);
  const all = found.requests(context);
  const requests = Array.from({ length: plan.countedRequests }, (_, index) => all[index % all.length]).filter(
    (request) => request !== undefined,
  );
  const run = (script: LoadScript) => verifySource(server, found, () => runToEnd(server, script));

  await server.startAllocations();
  await run(readScript(requests, plan.connections, true));
  const allocated = await server.stopAllocations();

  const serial = requests.slice(0, SERIAL_REQUESTS);
  const redis = await countRedisUsage(stack.redis, () => run(readScript(serial, 1, true)));
  return {
    allocatedBytes: allocated / requests.length,
    residentBytes: (await server.usage()).residentBytes,
    redisCommands: new Map([...redis.calls].map(([name, calls]) => [name, calls / serial.length])),
    redisBytesIn: redis.bytesIn / serial.length,
    redisBytesOut: redis.bytesOut / serial.length,
    redisReads: redis.reads / serial.length,
  };
}
