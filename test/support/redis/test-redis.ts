import { claimRedisDatabase, type TestRedis } from './redis-database-claim.js';
import { withRedis } from './redis-connection.js';
import { RedisServer } from './redis-server.js';

export type { TestRedis };

/**
 * A Redis that no other suite sees: a private server, or, where `TEST_REDIS_URL` names one to use, an
 * empty database of it that no other suite has claimed.
 */
export async function createTestRedis(): Promise<TestRedis> {
  const given = process.env['TEST_REDIS_URL'];
  if (given) return claimRedisDatabase(given);
  const server = await RedisServer.start();
  return { url: server.url, flush: () => flushDatabase(server.url), stop: () => server.stop() };
}

async function flushDatabase(url: string): Promise<void> {
  await withRedis(url, (redis) => redis.send('FLUSHDB'));
}
