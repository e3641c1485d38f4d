import type { RedisServer } from '../../test/support/redis/redis-server.js';
import { waitFor } from '../../test/support/wait-for.js';
import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { WRITE_CASES } from '../cases/write-cases.js';
import { runToEnd } from '../load/closed-loop.js';
import { readRequests, readScript } from '../load/script.js';
import { readRedisCounters } from '../stack/redis-counters.js';

export interface RedisMemory {
  /** Bytes of Redis memory per user with three live sessions, hash tables and expiry included. */
  readonly perUser: number;
  readonly perRevokedToken: number;
}

const SESSIONS = 3;
/** Redis' memory changes by less than this when connections open and close. */
const NOISE_BYTES = 65_536;
const STEADY_READINGS = 3;

/** Lets the server fill an empty Redis by requests, and divides the additional memory by the number of the entries. */
export async function measureRedisMemory(context: BenchContext): Promise<RedisMemory> {
  const { plan, population, server, stack } = context;
  // New users: earlier measurements have created more sessions for the others.
  const first = population.users;
  await population.growTo(first + plan.coldUsers, SESSIONS);
  const sessions = population.usersFrom(first).map((user) => ({ user, number: 0 }));
  const reads = readScript(
    readRequests(readCase('warm').path, sessions, stack.tokens),
    plan.connections,
    true,
  );
  const perUser = await memoryOf(stack.redis, sessions.length, () => runToEnd(server, reads));
  const logouts = await WRITE_CASES.find(({ key }) => key === 'logout')?.script(context);
  if (logouts === undefined) throw new RangeError('no case of logouts');
  return {
    perUser,
    perRevokedToken: await memoryOf(stack.redis, plan.logouts, () => runToEnd(server, logouts)),
  };
}

async function memoryOf(redis: RedisServer, entries: number, write: () => Promise<unknown>): Promise<number> {
  await redis.cli('FLUSHDB');
  const before = await settledMemory(redis);
  await write();
  return ((await settledMemory(redis)) - before) / entries;
}

/** Redis' memory after rehashing: while Redis moves entries to a larger hash table, it holds both tables. */
async function settledMemory(redis: RedisServer): Promise<number> {
  let last = -Infinity;
  let steady = 0;
  await waitFor(
    async () => {
      const { usedMemoryBytes } = await readRedisCounters(redis);
      steady = Math.abs(usedMemoryBytes - last) < NOISE_BYTES ? steady + 1 : 0;
      last = usedMemoryBytes;
      return steady >= STEADY_READINGS;
    },
    { what: 'the memory of Redis to settle', intervalMs: 200, timeoutMs: 30_000 },
  );
  return last;
}
