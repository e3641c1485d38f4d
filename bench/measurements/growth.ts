import { insisting, verifyingJudge } from '../cases/verify-judge.js';
import { readCase } from '../cases/read-cases.js';
import type { World } from '../cases/world.js';
import { inLanes, type ReadRequest, readRequests } from '../load/script.js';
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
  await compile(world);
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

/** Loads the server until V8 has compiled what runs often, or the first size would be measured on slower code than the last. */
async function compile(world: World): Promise<void> {
  const { plan, server } = world;
  const requests = requestsOf(world, 1);
  for (const key of ['guarded', 'warm'] as const) {
    const script = inLanes(requests[key], plan.connections, false);
    await saturate(server, script, { settleMs: plan.growthWarmUpMs, measureMs: 0 });
  }
}

function requestsOf({ plan, stack }: World, users: number): Record<'guarded' | 'warm', ReadRequest[]> {
  const seats = spread(users, plan.growthTokens);
  return {
    guarded: readRequests(readCase('guarded').path, seats, stack.tokens, person(0)),
    warm: readRequests(readCase('warm').path, seats, stack.tokens),
  };
}

async function measureStage(world: World, users: number): Promise<GrowthStage> {
  const { plan, server, stack } = world;
  const requests = requestsOf(world, users);
  // Each token once: a client sends the same token many times, and only its first request has the signature checked.
  await saturate(server, inLanes(requests.warm, plan.connections, true), { settleMs: 0, measureMs: 0 });
  const rounds = { rounds: plan.growthRounds, warmUpRounds: 0 };
  const window = { settleMs: plan.settleMs, measureMs: plan.growthMeasureMs };
  const results = await inTurns(['guarded', 'warm'] as const, rounds, (key) =>
    insisting(world.discarded, () => {
      const script = inLanes(requests[key], plan.connections, false);
      return verifyingJudge(server, readCase(key), () => saturate(server, script, window));
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
