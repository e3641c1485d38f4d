import { insisting, verifyingJudge } from '../cases/verify-judge.js';
import { readCase } from '../cases/read-cases.js';
import type { World } from '../cases/world.js';
import { inLanes, readRequests } from '../load/script.js';
import { type Saturation, saturate } from '../load/saturation.js';
import { CacheClone } from '../population/cache-clone.js';
import { massInsert } from '../population/mass-insert.js';
import { person } from '../population/person.js';
import { type Seat } from '../population/population.js';
import { readRedisCounters } from '../stack/redis-counters.js';
import { logOut } from './redis-memory.js';
import { inTurns } from './rounds.js';

/** The warm case beside the do-nothing guard, at one size of the stores. */
export interface GrowthStage {
  /** Users, as many live sessions, and as many revocations. */
  readonly users: number;
  readonly guarded: Saturation[];
  readonly warm: Saturation[];
  readonly redisBytes: number;
  readonly residentBytes: number;
}

/**
 * The warm case while the stores grow. A store cannot shrink between two rounds, so each size is compared with the
 * do-nothing guard in the same rounds, and the sizes by that ratio.
 * @param world a server whose database is empty
 */
export async function measureGrowth(world: World): Promise<GrowthStage[]> {
  await world.stack.redis.cli('FLUSHDB');
  const clones = await firstUser(world);
  const stages: GrowthStage[] = [];
  for (const users of world.plan.growth) {
    await growTo(world, users, clones);
    stages.push(await measureStage(world, users));
  }
  return stages;
}

interface Clones {
  user: CacheClone;
  revocation: CacheClone;
}

/** Lets the product itself write the entries of the first user and of a logout of theirs. */
async function firstUser(world: World): Promise<Clones> {
  const { population, server, stack } = world;
  await population.growTo(1, 1);
  const [seat] = await population.freshSeats(1);
  if (seat === undefined) throw new RangeError('no seat');
  await logOut(world, stack.tokens.access(seat.person, seat.session));
  const revocation = await CacheClone.ofRevocation(stack.redis, seat.person, seat.session);
  const visit = readRequests(readCase('warm').path, [{ person: person(0), session: 0 }], stack.tokens);
  await saturate(server, inLanes(visit, 1, true), { settleMs: 0, measureMs: 0 });
  return { user: await CacheClone.ofUser(stack.redis, person(0), 1), revocation };
}

async function growTo({ population, stack }: World, users: number, clones: Clones): Promise<void> {
  const from = population.users;
  if (users > from) {
    await population.growTo(users, 1);
    await population.addRevocations(from);
  }
  const entries = function* () {
    for (let index = from; index < users; index += 1) {
      yield* clones.user.commandsFor(person(index));
      yield* clones.revocation.commandsFor(person(index));
    }
  };
  await massInsert(stack.redis.port, entries());
}

async function measureStage(world: World, users: number): Promise<GrowthStage> {
  const { plan, server, stack } = world;
  const seats = spread(users, plan.growthTokens);
  const requests = {
    guarded: readRequests(readCase('guarded').path, seats, stack.tokens, person(0)),
    warm: readRequests(readCase('warm').path, seats, stack.tokens),
  };
  const results = await inTurns(['guarded', 'warm'] as const, plan, (key) =>
    insisting(world.discarded, () => {
      const script = inLanes(requests[key], plan.connections, false);
      return verifyingJudge(server, readCase(key), () => saturate(server, script, plan));
    }),
  );
  const { usedMemoryBytes } = await readRedisCounters(stack.redis);
  return {
    users,
    ...results,
    redisBytes: usedMemoryBytes,
    residentBytes: (await server.usage()).residentBytes,
  };
}

/** The first sessions of so many users, evenly spread over all. */
function spread(users: number, most: number): Seat[] {
  const count = Math.min(users, most);
  return Array.from({ length: count }, (_, index) => ({
    person: person(Math.floor((index * users) / count)),
    session: 0,
  }));
}
