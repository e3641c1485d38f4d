import type { RedisServer } from '../../test/support/redis-server.js';
import { waitFor } from '../../test/support/wait-for.js';
import type { World } from '../cases/world.js';
import { inLanes, readRequests } from '../load/script.js';
import { saturate } from '../load/saturation.js';
import { CacheClone } from '../population/cache-clone.js';
import { massInsert } from '../population/mass-insert.js';
import { person } from '../population/person.js';
import { readRedisCounters } from '../stack/redis-counters.js';

export interface RedisMemory {
  /** Bytes of Redis' memory per user with three live sessions, tables and expiry included. */
  readonly perUser: number;
  readonly perRevokedToken: number;
}

const SESSIONS = 3;
/** What connections come and go with. */
const NOISE_BYTES = 65_536;
const STEADY_READINGS = 3;
const ME = '/api/v1/users/me';

/** Fills an empty Redis with copies of what the product writes, and takes the difference in memory. */
export async function measureRedisMemory(world: World): Promise<RedisMemory> {
  const { stack, server, population } = world;
  await stack.redis.cli('FLUSHDB');
  // A new user: the others have logged in meanwhile, and so have more sessions.
  await population.growTo(population.users + 1, SESSIONS);
  const original = person(population.users - 1);
  const visit = readRequests(ME, [{ person: original, session: 0 }], stack.tokens);
  await saturate(server, inLanes(visit, 1, true), { settleMs: 0, measureMs: 0 });
  const user = await CacheClone.ofUser(stack.redis, original, SESSIONS);
  const perUser = await memoryOf(world, user);

  const [seat] = await population.freshSeats(1);
  if (seat === undefined) throw new RangeError('no seat');
  await logOut(world, stack.tokens.access(seat.person, seat.session));
  const revocation = await CacheClone.ofRevocation(stack.redis, seat.person, seat.session);
  await stack.redis.cli('FLUSHDB');
  return { perUser, perRevokedToken: await memoryOf(world, revocation) };
}

/** @throws Error unless it answers 200 */
export async function logOut({ server }: World, accessToken: string): Promise<void> {
  const { status } = await fetch(`${server.url}/api/v1/auth/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (status !== 200) throw new Error(`a logout answered ${status}`);
}

async function memoryOf({ plan, stack }: World, clone: CacheClone): Promise<number> {
  const before = await settledMemory(stack.redis);
  const entries = function* () {
    for (let index = 1; index <= plan.memoryEntries; index += 1) yield* clone.commandsFor(person(index));
  };
  await massInsert(stack.redis.port, entries());
  return ((await settledMemory(stack.redis)) - before) / plan.memoryEntries;
}

/** Redis' memory once it has stopped moving entries to a larger table, which holds both tables meanwhile. */
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
