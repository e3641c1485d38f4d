import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { repeatOnWrongSource, verifySource } from '../cases/verdict-source.js';
import { type ClosedLoopResult, runClosedLoop, runToEnd } from '../load/closed-loop.js';
import { type ReadRequest, readRequests, readScript } from '../load/script.js';
import { type BenchSession, benchUser, expectedBody, firstSessions } from '../population/bench-user.js';
import { CacheTemplate } from '../population/cache-template.js';
import { massInsert } from '../population/mass-insert.js';
import { readRedisCounters } from '../stack/redis-counters.js';
import { measureInterleaved } from './interleaved-rounds.js';
import { copyRevocation } from './redis-memory.js';

export interface Growth {
  /** The do-nothing guard, in the same rounds. */
  readonly guarded: ClosedLoopResult[];
  /** The smallest size, where all requests carry the same token. */
  readonly oneToken: ClosedLoopResult[];
  readonly stages: readonly GrowthStage[];
}

/** The warm case at one size of the cache. */
export interface GrowthStage extends Size {
  readonly warm: ClosedLoopResult[];
}

interface Size {
  /** Users. There are as many live sessions, and as many revocations. */
  readonly users: number;
  readonly redisBytes: number;
  /** The server's resident memory after it has verified the tokens of this size and of the smaller sizes. */
  readonly residentBytes: number;
}

/** Each round sends one of this many parts of a size's tokens. */
const TOKEN_PARTS = 2;

/** Longer than the time between two reads of the log. Each renews the permit in Redis, which a swap of databases takes away. */
const PERMIT_MS = 600;

/** The logical Redis database that holds a size while another size is measured. */
const databaseOf = (index: number): string => String(index + 1);

/**
 * Measures the warm case while the cache grows. Each size is stored in its own logical Redis database. `SWAPDB` gives the
 * server one size after the other, so that nothing else differs between them. PostgreSQL holds the largest population
 * throughout; the server's counters prove that no warm request reads it.
 * @param context a server whose database is empty
 */
export async function measureGrowth(context: BenchContext): Promise<Growth> {
  const { population, stack } = context;
  const { sizes: userCounts } = context.plan.growth;
  await stack.redis.cli('FLUSHALL');
  const templates = await copyEntries(context);
  await population.growTo(Math.max(...userCounts), 1);
  await population.addRevocations();
  const requests = userCounts.map((users) => requestsOf(context, users));
  await warmUp(context, requests[0] ?? []);
  const sizes: Size[] = [];
  for (const [index, users] of userCounts.entries())
    sizes.push(await fill(context, users, templates, index, requests[index] ?? []));
  const results = await measureSizes(context, requests);
  return {
    guarded: results.guarded,
    oneToken: results.oneToken,
    stages: sizes.map((size, index) => ({ ...size, warm: results[`${index}`] ?? [] })),
  };
}

/** Copies the entries that the product writes for a user and for a logout, and empties the cache. */
async function copyEntries(context: BenchContext): Promise<CacheTemplate[]> {
  const { population, server, stack } = context;
  await population.growTo(1, 1);
  const revocation = await copyRevocation(context);
  const requests = readRequests(readCase('warm').path, firstSessions(1), stack.tokens);
  await runToEnd(server, readScript(requests, 1, true));
  const user = await CacheTemplate.ofUser(stack.redis, benchUser(0), 1);
  await stack.redis.cli('FLUSHDB');
  return [user, revocation];
}

/** Every size has the same number of tokens, so the load generator and the server's signature memo cost the same. */
function requestsOf({ plan, stack }: BenchContext, users: number): ReadRequest[] {
  const { tokens } = plan.growth;
  const sessions = Array.from({ length: tokens }, (_, index): BenchSession => ({
    user: benchUser(Math.floor((index * users) / tokens)),
    number: 0,
    issue: index,
  }));
  return readRequests(readCase('warm').path, sessions, stack.tokens);
}

/** Sends load until V8 has compiled the hot code. */
async function warmUp({ plan, server }: BenchContext, warm: readonly ReadRequest[]): Promise<void> {
  const { connections, warmUpMs, measureMs } = plan.growth;
  for (const requests of [warm.map(guardedRequest), warm])
    await runClosedLoop(server, readScript(requests, connections, false), { settleMs: warmUpMs, measureMs });
}

/** Fills a Redis database, sends each token once so that the server has verified it, and swaps the database out. */
async function fill(
  { plan, server, stack: { redis } }: BenchContext,
  users: number,
  templates: readonly CacheTemplate[],
  index: number,
  requests: readonly ReadRequest[],
): Promise<Size> {
  const before = await readRedisCounters(redis);
  await massInsert(redis.port, entriesOf(users, templates));
  const after = await readRedisCounters(redis);
  await runToEnd(server, readScript(requests, plan.growth.connections, true));
  const { residentBytes } = await server.usage();
  await redis.cli('SWAPDB', '0', databaseOf(index));
  return { users, redisBytes: after.usedMemoryBytes - before.usedMemoryBytes, residentBytes };
}

function* entriesOf(users: number, templates: readonly CacheTemplate[]): Generator<string[]> {
  for (let index = 0; index < users; index += 1)
    for (const template of templates) yield* template.commandsFor(benchUser(index));
}

/** The index of a size, or a case that is measured at the smallest size. */
type GrowthKey = 'guarded' | 'oneToken' | `${number}`;

async function measureSizes(
  { plan, server, stack: { redis }, discarded }: BenchContext,
  requestsBySize: readonly (readonly ReadRequest[])[],
): Promise<Record<GrowthKey, ClosedLoopResult[]>> {
  const { growth } = plan;
  const parts = requestsBySize.map((requests) => repeatedParts(requests, growth.tokens / TOKEN_PARTS));
  const measure = (key: 'guarded' | 'warm', requests: readonly ReadRequest[]) =>
    repeatOnWrongSource(discarded, () => {
      const script = readScript(requests, growth.connections, false);
      return verifySource(server, readCase(key), () => runClosedLoop(server, script, growth));
    });
  const keys: GrowthKey[] = ['guarded', 'oneToken', ...parts.map((_part, index): GrowthKey => `${index}`)];
  return measureInterleaved(keys, growth, async (key) => {
    const index = Number(key) || 0;
    const requests = parts[index]?.next().value ?? [];
    if (key === 'guarded') return measure('guarded', requests.map(guardedRequest));
    await redis.cli('SWAPDB', '0', databaseOf(index));
    await pause(PERMIT_MS);
    const [one] = requests;
    const result = await measure('warm', key === 'oneToken' && one ? requests.map(() => one) : requests);
    await redis.cli('SWAPDB', '0', databaseOf(index));
    return result;
  });
}

/** Yields `count` requests at a time. After the last request, the first requests follow again. */
function* repeatedParts(requests: readonly ReadRequest[], count: number): Generator<ReadRequest[], never> {
  for (;;) for (let from = 0; from < requests.length; from += count) yield requests.slice(from, from + count);
}

/** The same request to the route with the do-nothing guard, which always returns the first user. */
function guardedRequest({ headers }: ReadRequest): ReadRequest {
  return { path: readCase('guarded').path, headers, expected: expectedBody(benchUser(0)) };
}
