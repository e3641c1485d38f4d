import type { RedisServer } from '../../test/support/redis/redis-server.js';
import { waitFor } from '../../test/support/wait-for.js';
import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { runToEnd } from '../load/closed-loop.js';
import { readRequests, readScript } from '../load/script.js';
import { benchUser } from '../population/bench-user.js';
import { CacheTemplate } from '../population/cache-template.js';
import { massInsert } from '../population/mass-insert.js';
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

/** Fills an empty Redis with copies of the product's entries, and divides the additional memory by their number. */
export async function measureRedisMemory(context: BenchContext): Promise<RedisMemory> {
  const { stack, server, population } = context;
  await stack.redis.cli('FLUSHDB');
  // A new user: earlier measurements have created more sessions for the others.
  await population.growTo(population.users + 1, SESSIONS);
  const user = benchUser(population.users - 1);
  const requests = readRequests(readCase('warm').path, [{ user, number: 0 }], stack.tokens);
  await runToEnd(server, readScript(requests, 1, true));
  const perUser = await memoryOf(context, await CacheTemplate.ofUser(stack.redis, user, SESSIONS));

  const revocation = await copyRevocation(context);
  await stack.redis.cli('FLUSHDB');
  return { perUser, perRevokedToken: await memoryOf(context, revocation) };
}

/** Logs a session out, and copies the entry of the revoked access token. @throws Error unless the logout answers 200 */
export async function copyRevocation({ population, server, stack }: BenchContext): Promise<CacheTemplate> {
  const session = await population.createSession();
  const { status } = await fetch(`${server.url}/api/v1/auth/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.tokens.access(session)}` },
  });
  if (status !== 200) throw new Error(`a logout answered ${status}`);
  return CacheTemplate.ofRevocation(stack.redis, session);
}

async function memoryOf({ plan, stack }: BenchContext, template: CacheTemplate): Promise<number> {
  const before = await settledMemory(stack.redis);
  const entries = function* () {
    for (let index = 1; index <= plan.memoryEntries; index += 1)
      yield* template.commandsFor(benchUser(index));
  };
  await massInsert(stack.redis.port, entries());
  return ((await settledMemory(stack.redis)) - before) / plan.memoryEntries;
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
