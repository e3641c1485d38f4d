import { readCase } from '../cases/read-cases.js';
import { insisting, verifyingJudge } from '../cases/verify-judge.js';
import type { World } from '../cases/world.js';
import { inLanes, type ReadRequest, readRequests } from '../load/script.js';
import { type Saturation, saturate } from '../load/saturation.js';
import { CacheClone } from '../population/cache-clone.js';
import { massInsert } from '../population/mass-insert.js';
import { bodyOf, person } from '../population/person.js';
import type { Seat } from '../population/population.js';
import { readRedisCounters } from '../stack/redis-counters.js';
import { logOut } from './redis-memory.js';
import { inTurns } from './rounds.js';

export interface Growth {
  /** The do-nothing guard, in the same rounds. */
  readonly guarded: Saturation[];
  /** The smallest size, with a single token sent over and over. */
  readonly oneToken: Saturation[];
  readonly stages: readonly GrowthStage[];
}

/** The warm case at one size of the cache. */
export interface GrowthStage extends Size {
  readonly warm: Saturation[];
}

interface Size {
  /** Users, as many live sessions, and as many revocations. */
  readonly users: number;
  readonly redisBytes: number;
  /** The server's resident memory when it had seen the tokens of this size and the smaller ones. */
  readonly residentBytes: number;
}

/** What Redis holds of a user, and of a revoked token. */
type Clones = readonly CacheClone[];

/** Where Redis keeps a size while another is measured. */
const databaseOf = (index: number): string => String(index + 1);

/**
 * The warm case while the cache grows. Each size lies in a logical database of Redis of its own, and `SWAPDB` puts one after
 * the other under the server, so that all take turns in the same process: nothing else differs between them. PostgreSQL
 * holds the largest population all the time; that no warm request asks it, the server's counters show.
 * @param world a server whose database is empty
 */
export async function measureGrowth(world: World): Promise<Growth> {
  const { plan, population, stack } = world;
  await stack.redis.cli('FLUSHALL');
  const clones = await firstUser(world);
  await population.growTo(Math.max(...plan.growth), 1);
  await population.addRevocations();
  const loads = plan.growth.map((users) => loadOf(world, users));
  await compile(world, loads[0] ?? []);
  const sizes: Size[] = [];
  for (const [index, users] of plan.growth.entries())
    sizes.push(await fill(world, users, clones, index, loads[index] ?? []));
  const turns = await measureInTurns(world, loads);
  return {
    guarded: turns.guarded,
    oneToken: turns.oneToken,
    stages: sizes.map((size, index) => ({ ...size, warm: turns[`${index}`] ?? [] })),
  };
}

/** Lets the product itself write the entries of the first user and of a logout of theirs, and empties the cache again. */
async function firstUser(world: World): Promise<Clones> {
  const { population, server, stack } = world;
  await population.growTo(1, 1);
  const [seat] = await population.freshSeats(1);
  if (seat === undefined) throw new RangeError('no seat');
  await logOut(world, stack.tokens.access(seat.person, seat.session));
  const revocation = await CacheClone.ofRevocation(stack.redis, seat.person, seat.session);
  const visit = readRequests(readCase('warm').path, [{ person: person(0), session: 0 }], stack.tokens);
  await saturate(server, inLanes(visit, 1, true), { settleMs: 0, measureMs: 0 });
  const user = await CacheClone.ofUser(stack.redis, person(0), 1);
  await stack.redis.cli('FLUSHDB');
  return [user, revocation];
}

/** As many tokens at each size: what they cost the generator, and the memo of signatures, does not differ. */
function loadOf({ plan, stack }: World, users: number): ReadRequest[] {
  const seats = Array.from({ length: plan.growthTokens }, (_, index): Seat => ({
    person: person(Math.floor((index * users) / plan.growthTokens)),
    session: 0,
    issue: index,
  }));
  return readRequests(readCase('warm').path, seats, stack.tokens);
}

/** Loads the server until V8 has compiled what runs often. */
async function compile({ plan, server }: World, warm: readonly ReadRequest[]): Promise<void> {
  for (const requests of [warm.map(unguarded), warm]) {
    const script = inLanes(requests, plan.growthConnections, false);
    await saturate(server, script, { settleMs: plan.growthWarmUpMs, measureMs: plan.growthMeasureMs });
  }
}

/** Fills a database of Redis, shows each token once, as one that a client sends again and again, and puts it aside. */
async function fill(
  { plan, server, stack: { redis } }: World,
  users: number,
  clones: Clones,
  index: number,
  load: readonly ReadRequest[],
): Promise<Size> {
  const before = await readRedisCounters(redis);
  await massInsert(redis.port, entriesOf(users, clones));
  const after = await readRedisCounters(redis);
  await saturate(server, inLanes(load, plan.growthConnections, true), { settleMs: 0, measureMs: 0 });
  const { residentBytes } = await server.usage();
  await redis.cli('SWAPDB', '0', databaseOf(index));
  return { users, redisBytes: after.usedMemoryBytes - before.usedMemoryBytes, residentBytes };
}

function* entriesOf(users: number, clones: Clones): Generator<string[]> {
  for (let index = 0; index < users; index += 1)
    for (const clone of clones) yield* clone.commandsFor(person(index));
}

/** The index of a size, or a case that is measured at the first. */
type Turn = 'guarded' | 'oneToken' | `${number}`;

async function measureInTurns(
  { plan, server, stack: { redis }, discarded }: World,
  loads: readonly (readonly ReadRequest[])[],
): Promise<Record<Turn, Saturation[]>> {
  const window = { settleMs: plan.growthSettleMs, measureMs: plan.growthMeasureMs };
  const parts = loads.map((load) => inParts(load, plan.growthTokensAtOnce));
  const measure = (key: 'guarded' | 'warm', requests: readonly ReadRequest[]) =>
    insisting(discarded, () => {
      const script = inLanes(requests, plan.growthConnections, false);
      return verifyingJudge(server, readCase(key), () => saturate(server, script, window));
    });
  const turns: Turn[] = ['guarded', 'oneToken', ...loads.map((_load, index): Turn => `${index}`)];
  return inTurns(turns, { rounds: plan.growthRounds, warmUpRounds: 0 }, async (turn) => {
    const index = Number(turn) || 0;
    const requests = parts[index]?.next().value ?? [];
    if (turn === 'guarded') return measure('guarded', requests.map(unguarded));
    await redis.cli('SWAPDB', '0', databaseOf(index));
    const [one] = requests;
    const result = await measure('warm', turn === 'oneToken' && one ? requests.map(() => one) : requests);
    await redis.cli('SWAPDB', '0', databaseOf(index));
    return result;
  });
}

/** Ever the next so many requests, and the first ones again after the last. */
function* inParts(requests: readonly ReadRequest[], count: number): Generator<ReadRequest[], never> {
  for (;;) for (let from = 0; from < requests.length; from += count) yield requests.slice(from, from + count);
}

/** The same request to the route with the do-nothing guard, which answers with the first user in any case. */
function unguarded({ headers }: ReadRequest): ReadRequest {
  return { path: readCase('guarded').path, headers, expected: bodyOf(person(0)) };
}
