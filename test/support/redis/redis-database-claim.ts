import { createClient, type RedisClientType } from 'redis';
import { withRedis, type RedisConnection } from './redis-connection.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

export interface TestRedis {
  url: string;
  /** Removes all keys of this suite. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const DATABASES = Array.from({ length: 15 }, (_, index) => index + 1);

/**
 * Claims an empty database of a Redis server that belongs to somebody else: the one that the URL names,
 * or the first free of 1 to 15. A database that holds a key is never touched.
 *
 * The claim is a subscription: it leaves no key behind and ends with this process.
 *
 * @throws Error when no candidate is both empty and unclaimed
 */
export async function claimRedisDatabase(serverUrl: string): Promise<TestRedis> {
  const named = Number(new URL(serverUrl).pathname.slice(1));
  for (const database of named ? [named] : shuffled(DATABASES)) {
    const url = new URL(serverUrl);
    url.pathname = `/${database}`;
    const claim = await claimOne(url.href, database);
    if (claim) return claim;
  }
  const which = named ? `database ${named}` : 'each of the databases 1 to 15';
  throw new Error(
    `TEST_REDIS_URL: ${which} holds keys or is used by another suite. The tests never remove keys that they ` +
      'did not write: empty one yourself (FLUSHDB), name another, or unset TEST_REDIS_URL for a private Redis.',
  );
}

// Suites that start together would otherwise meet in every database.
function shuffled(databases: readonly number[]): number[] {
  return databases
    .map((database) => ({ database, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ database }) => database);
}

async function claimOne(url: string, database: number): Promise<TestRedis | undefined> {
  const channel = `test-suite-database-${database}`;
  const subscriber: RedisClientType = createClient({ url, socket: { reconnectStrategy: false } });
  subscriber.on('error', () => undefined);
  await subscriber.connect();
  await subscriber.subscribe(channel, () => undefined);
  if (!(await withRedis(url, (redis) => isOurs(redis, channel)))) {
    subscriber.destroy();
    return undefined;
  }
  return claimed(url, subscriber);
}

// Two suites that claim at the same moment both see two claims, and both go on to the next database.
async function isOurs(redis: RedisConnection, channel: string): Promise<boolean> {
  const [, claims] = (await redis.send('PUBSUB', 'NUMSUB', channel)) as [string, number];
  return claims === 1 && (await redis.send('DBSIZE')) === 0;
}

function claimed(url: string, subscriber: RedisClientType): TestRedis {
  const flush = async (): Promise<void> => {
    await withRedis(url, (redis) => redis.send('FLUSHDB'));
  };
  const stop = async (): Promise<void> => {
    forgetResource(subscriber);
    await flush();
    subscriber.destroy();
  };
  rememberResource(subscriber, stop);
  return { url, flush, stop };
}
